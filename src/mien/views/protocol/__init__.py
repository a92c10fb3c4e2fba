"""The pose protocol: how well expressions are read from faces at 0 to 90 degrees, of people never seen before.

Data are `mien.views.protocol.data`, who learns and who is tested `splits`, the ways of reading `readings`, the tables
`tables`; `landmarks` measures the pose that comes without a network. The readings need the extra ``train``.
"""
