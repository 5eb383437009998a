"""`python -m batch`: the commands of this room, which `commands.app` holds.

The processes of a run import this module too, and need none of them. Left out: the commands.
"""

if __name__ == "__main__":
    from .commands.app import app

    app(prog_name="python -m batch")
