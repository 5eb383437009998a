"""Every command as a Python function, for notebooks and programs: named as the commands are, with their errors.

    from workbench.notebook import catalog, compare, emotion, load, media, runs, select, stats

    settings = load("workbench.toml")
    extract = select(settings, "comments", "label in ('happy', 'sad')", divide="column:part")
    emotion.train(settings, extract)
    emotion.validate(settings, extract)
    emotion.label(settings, "lines", emotion.Columns(position="position"))
    media.cross_validate(settings, "lines", media.Truth("genres", "play", "genre"), task="genre")

`load_extract` gives one that is there already. Left out: progress and tables (`commands`), pictures (`plots`).
"""

from . import emotion, media
from .catalog import catalog
from .compare import compare
from .extracts import load as load_extract
from .runs import runs
from .select import select
from .settings import load
from .stats import stats

__all__ = ["catalog", "compare", "emotion", "load", "load_extract", "media", "runs", "select", "stats"]
