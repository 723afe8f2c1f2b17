"""Finding shared resources by path, as people name them; the API names them by id."""

from __future__ import annotations

from typing import Any

from orchestrion.cli.failures import CommandError, ExitCode


def find(api: Any, collection: str, path: str) -> dict[str, Any] | None:
    """The resource of `collection` (as in the API's address) at this path, whatever its case, or None."""
    wanted = path.casefold()
    return next((each for each in api.get(f"/{collection}") if each["path"].casefold() == wanted), None)


def found(api: Any, collection: str, path: str) -> dict[str, Any]:
    """As `find`; raises CommandError where there is none."""
    resource = find(api, collection, path)
    if resource is None:
        kind = collection.replace("-", " ").removesuffix("s")
        raise CommandError(ExitCode.REFUSED, f"There is no {kind} '{path}'.")
    return resource


def put(api: Any, collection: str, path: str, fields: dict[str, Any]) -> Any:
    """Makes the resource, or changes of the one that is there what is not None; gives what it is now."""
    given = {name: value for name, value in fields.items() if value is not None}
    resource = find(api, collection, path)
    if resource is None:
        return api.post(f"/{collection}", {"path": path, **given})
    return api.patch(f"/{collection}/{resource['id']}", given)


def remove(api: Any, collection: str, path: str) -> dict[str, Any]:
    """Deletes the resource and gives what it was."""
    resource = found(api, collection, path)
    api.delete(f"/{collection}/{resource['id']}")
    return resource
