"""dunghan demo: the main job on real input, in under a minute."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: dunghan demo; then: dunghan demo --ui")(demo)


def demo(
    ui: Annotated[
        bool, typer.Option("--ui", help="Open the Prefect UI on what the last demo left; Ctrl-C ends it.")
    ] = False,
    port: Annotated[int, typer.Option("--port", help="Of the UI.")] = 4200,
) -> None:
    """Play the Hà Giang season of November and December 2018 through the real flow, mail and Zalo stand-ins."""
    if ui:
        from dunghan.demo.play import look

        look(port)
    else:
        from dunghan.demo.play import play

        play()
