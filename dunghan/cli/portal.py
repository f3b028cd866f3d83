"""The command that serves the portal by itself."""

from typing import Annotated

import typer

from dunghan.cli.output import context


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: dunghan portal --port 8080")(portal)


def portal(
    port: Annotated[int, typer.Option("--port", help="Of the portal.", min=1, max=65535)] = 8080,
    host: Annotated[
        str, typer.Option("--host", help="Where it listens; put a proxy with TLS before it.")
    ] = "127.0.0.1",
) -> None:
    """The pages of officers and coordinators alone; stops on Ctrl-C or SIGTERM. `dunghan serve` starts them too."""
    from dunghan.portal.serving import serve

    serve(context(), host, port)
