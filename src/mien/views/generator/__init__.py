"""The two-pathway multi-view generator (CR-GAN): a face in one view, shown in any other. It needs the extra ``train``.

``networks.py`` has encoder, generator and discriminator, ``losses.py`` what they learn, ``paths.py`` a step of each
of the two pathways, ``pairs.py`` the rendered views they learn from, ``photos.py`` the photos beside them,
``recipes.py`` the trainings there are, ``training.py`` the loop, ``sheets.py`` pictures of how far it is.

Source: Tian, Peng, Zhao, Zhang & Metaxas, "CR-GAN: Learning Complete Representations for Multi-view Generation", IJCAI
2018; github.com/bluer555/CR-GAN.
"""
