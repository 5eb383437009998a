"""From options to a job: the folders are read and the manifest is decided, before anything is sent or paid.

Left out: reading the options (`options`), and starting the job (the engines).
"""

from hashlib import sha256

from . import results
from .engines.protocol import Job
from .errors import OptionsError
from .manifest import Manifest
from .options import Options
from .project import Input, Project, scan, scan_input


def prepare(options: Options, run_id: str) -> Job:
    """A job for what a person asked.

    Raises: OptionsError, ProjectError, SecretError, NotEmptyError, StorageError.
    """
    for name in ("input", "output"):
        if not getattr(options, name):
            raise OptionsError(f"no {name} is named", f"say it with -{name[0]}")
    results.check_folder(options.output, replace=options.replace)
    project = scan(options.project, options.allow_secrets, options.entry, options.python)
    data = scan_input(options.input, options.allow_secrets)
    return Job(run_id, options, project, data, manifest(options, project, data, run_id))


def manifest(options: Options, project: Project, data: Input, run_id: str) -> Manifest:
    """What the runner is told; an engine with images adds the image's key."""
    return Manifest(
        code=project.files,
        input=data.files,
        entry=project.entry,
        python=project.python,
        requirements_sha256=sha256(project.requirements).hexdigest(),
        image_key="",
        results=f"runs/{run_id}/results",
        timeout_s=options.timeout_s,
        env=options.env,
        input_is_file=data.is_file,
    )
