"""The command for several machines: deploy."""

from typing import Annotated

import typer

from dunghan.cli.output import Json, context
from dunghan.printing import show_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: dunghan deploy --pool dunghan")(deploy)


def deploy(
    pool: Annotated[
        str | None, typer.Option("--pool", help="The work pool; `dunghan`, made where it is missing, by default.")
    ] = None,
    national: Annotated[
        bool, typer.Option("--national", help="One national run starts every plan at 08:00, not each its own schedule.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune/--no-prune", help="Pause the deployments of plans that are gone.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Register every plan on the Prefect server, for its workers; repeatable, changes only what differs."""
    from dunghan.engine.prefect_api import api

    api()  # before Prefect is imported, which would quote all of .env over a wrong address

    from deployments.deploy import counted
    from deployments.deploy import deploy as register_all

    done = register_all(context(), pool, national, prune)
    if as_json:
        return show_json({"deployments": [one._asdict() for one in done]})
    for one in done:
        print(f"{one.done:<9}  {one.name}{f'  ({one.what})' if one.what else ''}")
    print(", ".join(f"{many} {what}" for what, many in counted(done).items() if many))
