"""The noise schedules, one file each: `NoiseSchedule.cosine(...)` is the function of `cosine.py`.

A new schedule is one more file here: a function of the file's name whose first argument is
num_train_timesteps=1000 and which returns a NoiseSchedule. `by_name` has all of them.
"""

from ..._found import functions
from ..schedule import NoiseSchedule

by_name = functions(__name__, __path__)
for name, make in by_name.items():
    setattr(NoiseSchedule, name, staticmethod(make))
