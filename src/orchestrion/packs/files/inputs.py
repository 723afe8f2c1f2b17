"""What Monitor File is told, and what it publishes."""

from orchestrion.packs.files.changes import FileProperty, Kind
from orchestrion.packs.files.filters import FileFilter
from orchestrion.sdk import ActivityInputs, PublishedModel, Secret, field, item


class MonitorFileInputs(ActivityInputs):
    """Which files, and what of them."""

    in_folder: str = field("In folder", kind="path")
    include_sub_folders: bool = field("Include sub-folders", default=False)
    filters: list[FileFilter] = field("Filters", default=[], help="All must match. Case does not matter.")
    settle_time: float = field(
        "Settle time", default=1, help="Seconds that a new or changed file must stay the same before it counts."
    )
    trigger_if_one_of_the_files_was: list[Kind] = field(
        "Trigger if one of the files was", default=[Kind.CREATED], tab="Triggers"
    )
    trigger_if_file_properties_changed: list[FileProperty] = field(
        "Trigger if file properties changed", default=[], tab="Triggers"
    )
    user_name: str = field(
        "User name", default="", tab="Authentication", help="Not needed: the folder must be mounted on the server."
    )
    password: Secret = field("Password", default=Secret(""), tab="Authentication")


class MonitorFilePublished(PublishedModel):
    """One change of one file, and what was asked for."""

    change_type: str | None = item("Change type")
    path: str | None = item("Name and path of the file")
    origin_folder: str | None = item("Origin Folder")
    include_sub_folders: bool | None = item("Include sub-folders")
    if_changed: bool | None = item("Notify if changed")
    if_created: bool | None = item("Notify if created")
    if_deleted: bool | None = item("Notify if deleted")
    if_renamed: bool | None = item("Notify if renamed")
    if_attributes: bool | None = item("Notify if file attributes changed")
    if_creation_time: bool | None = item("Notify if file creation time changed")
    if_last_access_time: bool | None = item("Notify if file last access time changed")
    if_last_write_time: bool | None = item("Notify if file last write time changed")
    if_security: bool | None = item("Notify if file security changed")
    user_name: str | None = item("User name")
    file_name: str | None = item("File name", description="Without its folder.")
    file_extension: str | None = item("File extension", description="Without the dot.")
    file_size: int | None = item("File size", description="Bytes; of a deleted file the last size known.")
    previous_path: str | None = item("Previous name and path of the file", description="Of a renamed file.")
