"""The engine of a name, imported when it is chosen: this machine's needs no boto3.

Left out: the engines.
"""

from collections.abc import Mapping

from .. import folders
from ..errors import OptionsError
from ..options import ENGINES, Options
from .protocol import Engine


def choose(options: Options, environ: Mapping[str, str], *, fresh: bool = False, local_docker: bool = False) -> Engine:
    """The engine that the options name: `fresh` makes environments of this machine anew, `local_docker` images here.

    Raises: OptionsError, AwsError.
    """
    match options.engine:
        case "local":
            from .local import LocalEngine

            return LocalEngine(folders.state(environ), folders.cache(environ), environ, fresh=fresh)
        case "aws":
            from .aws import open_engine

            return open_engine(options, environ, local_docker=local_docker)
        case _:
            raise OptionsError(f"no engine is called {options.engine!r}", f"say one of {', '.join(ENGINES)}")
