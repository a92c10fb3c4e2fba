"""Pictures of synthetic people in every pose and expression, with exact labels: ``mien views render``.

``model.py`` is the morphable head, ``expressions.py`` what its face does, ``people.py`` who it is, ``paint.py`` the
skin, ``hair.py`` hair and caps, ``lighting.py`` the light, ``camera.py`` the pose, ``rendering.py`` the picture,
``recording.py`` one person with one expression before all cameras, ``dataset.py`` all of them in one file.
"""
