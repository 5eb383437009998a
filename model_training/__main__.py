"""The command line of training, and beside it `runs` and `ablate`.

    python -m model_training sentiment --data all-data.csv                            the published release
    python -m model_training reviews --data reviews.csv --text body --label stars     one's own classes

Exit codes: 0 published, 3 the artifact in place is better or cannot be compared with, 2 the data or an argument
is at fault, 1 the disk, the export or the network's behaviour is, 130 Ctrl-C; each but 0 with one line on stderr,
and with the artifact in place untouched. Left out: the work (`training`), and the arguments (`arguments`).
"""

import os
import sys
from collections.abc import Sequence

from textmodel import ArtifactError

from . import arguments as parsers
from .behaviour import BehaviourError
from .errors import DataError, KeptError, ParityError, RequestError, VocabularyError, WorkerError
from .interrupts import ignored
from .request import prepare, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as `arguments` (default: the command's own) say, and give the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    run = {"runs": _runs, "ablate": _ablate}.get(words[0] if words else "")
    try:
        return run(words[1:]) if run else _train(words)
    except KeptError as error:
        return _fail(str(error), 3)
    except (DataError, RequestError, VocabularyError) as error:
        return _fail(str(error), 2)
    except (ParityError, WorkerError, BehaviourError, ArtifactError) as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(f"{error.filename or 'a file'}: cannot be written: {error.strerror or error}", 1)
    except KeyboardInterrupt:
        return _fail("interrupted: nothing was changed", 130)


def _train(words: Sequence[str]) -> int:
    options = parsers.training().parse_args(words)
    prepared = prepare(parsers.request(options))
    request = prepared.request
    from . import checks, report, training  # scikit-learn and Matplotlib take seconds to import: once the file is read
    from .progress import Display

    for name, line in report.summary(prepared.dataset, prepared.agreement).items():
        print(f"{name:>15}  {line}", flush=True)
    asked = {} if options.without_behaviour else checks.of(request.task)
    with Display(request.epochs()) as display:
        outcome = training.train(request, prepared, display, ignored(), asked)
    print()
    print(report.comparison(request, outcome.results))
    print()
    place = os.path.join(request.root, "saved_model", request.task.name)
    print(f"{outcome.model.name} is in {place}, at most {outcome.parity:.0e} from Keras's probabilities")
    return 0


def _ablate(words: Sequence[str]) -> int:
    prepared = read(parsers.request(parsers.ablating().parse_args(words)))
    request = prepared.request
    from . import ablation
    from .progress import Display

    with Display(ablation.epochs(request)) as display:
        print(ablation.table(ablation.ablate(request, prepared, display)))
    return 0


def _runs(words: Sequence[str]) -> int:
    from . import runlog, runs

    options = parsers.comparing().parse_args(words)
    path = runlog.path_of(options.out, options.task)
    if not os.path.isfile(path):
        raise RequestError("runs", f"the log {path}, which the first run writes", "none")
    log, broken = runlog.read(path)
    for line in broken:
        print(line, file=sys.stderr)
    print(runs.table(log))
    if options.plot:
        from . import plots

        with open(options.plot, "wb") as file:
            file.write(plots.runs(log))
    return 0


def _fail(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
