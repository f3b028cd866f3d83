"""The process that runs scheduled flows on this machine; ``dunghan serve`` starts it beside the server."""

from prefect import serve

from deployments.register import deployments
from dunghan.engine.context import Context


def main() -> None:
    """Register every deployment and run what is scheduled, until stopped."""
    serve(*deployments(Context()), print_starting_message=False)


if __name__ == "__main__":
    main()
