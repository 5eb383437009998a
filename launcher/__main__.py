"""`python -m launcher`: the commands of this room, which `commands.app` holds.

Left out: the commands.
"""

if __name__ == "__main__":
    from .commands.app import app

    app(prog_name="python -m launcher")
