"""Drop folders: a file that is complete is taken, settled, and moved to done/, held/ or failed/.

`watch` is the loop; `bell` wakes it; `sightings` and `whole` say when a file is complete; `safely` opens it;
`flights` are the files between offer and outcome; `names` and `places` say and do where a file goes.
"""

from watchers.folder.binding import Folder, FolderStatus
from watchers.folder.watch import FolderWatch

__all__ = ["Folder", "FolderStatus", "FolderWatch"]
