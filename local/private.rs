//! The data folder, which is its owner's alone: what it holds are people's numbers, and secrets.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The mode of the folder, and that of its files.
const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;

/// What names of ours begin with, in a folder that holds other things too.
const OURS: [&str; 6] =
    ["ringdown.sqlite", "sandbox.sqlite", "start-token", "metrics-token", "lock", "clean-end"];

/// Makes this folder if it is missing. It becomes its owner's alone, and so do the files in it, whatever they were. A
/// folder that holds more than our files (it has folders, or everybody may write there) stays as it is; our files in it
/// do not.
///
/// # Errors
/// Says why it cannot be made or read.
pub fn open_folder(folder: &Path) -> Result<(), String> {
    let failed = |error: Error| format!("{}: {error}", folder.display());
    DirBuilder::new().recursive(true).mode(FOLDER).create(folder).map_err(failed)?;
    let mut files = Vec::new();
    let mut is_shared = fs::metadata(folder).map_err(failed)?.permissions().mode() & 0o1000 != 0;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        match entry.file_type().map_err(failed)? {
            kind if kind.is_dir() => is_shared = true,
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    if is_shared {
        tracing::warn!(
            folder = %folder.display(),
            "the data folder holds other things too: it keeps its permissions, and only our own files are made private"
        );
        let is_ours = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            name.is_some_and(|name| OURS.iter().any(|ours| name.starts_with(ours)))
        };
        files.retain(|path| is_ours(path));
    } else {
        restrict(folder, FOLDER);
    }
    files.iter().for_each(|file| restrict(file, FILE));
    Ok(())
}

/// Opens a file for writing, which is its owner's alone from the moment it is there.
///
/// # Errors
/// Those of the file system.
pub fn open_file(path: &Path) -> Result<fs::File, Error> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(FILE).open(path)
}

/// Writes a file, which is its owner's alone from the moment it is there.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    let mut file = open_file(path)?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())
}

/// Takes away what others may do. Whoever does not own it cannot, which is no reason not to start.
fn restrict(path: &Path, mode: u32) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if metadata.permissions().mode() & 0o777 == mode {
        return;
    }
    match fs::set_permissions(path, Permissions::from_mode(mode)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "others may read this, and that cannot be changed");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
    }

    #[test]
    fn new_folder_is_its_owners_alone() {
        let around = tempfile::tempdir().expect("a folder");
        let folder = around.path().join("a/b");
        open_folder(&folder).expect("a folder");
        assert_eq!(mode(&folder), 0o700);
        drop(open_file(&folder.join("lock")).expect("a file"));
        assert_eq!(mode(&folder.join("lock")), 0o600);
    }

    #[test]
    fn folder_of_a_former_version_is_tightened() {
        let around = tempfile::tempdir().expect("a folder");
        let folder = around.path().join("data");
        fs::create_dir(&folder).expect("a folder");
        chmod(&folder, 0o755);
        let files =
            ["ringdown.sqlite", "ringdown.sqlite-wal", "ringdown.sqlite-shm", "lock", "copy.bak"];
        for name in files {
            fs::write(folder.join(name), "numbers").expect("a file");
            chmod(&folder.join(name), 0o644);
        }
        open_folder(&folder).expect("a folder");
        assert_eq!(mode(&folder), 0o700);
        for name in files {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
            assert_eq!(fs::read_to_string(folder.join(name)).expect("a file"), "numbers");
        }
    }

    #[test]
    fn folder_that_is_not_ours_alone_stays_as_it_is() {
        let around = tempfile::tempdir().expect("a folder");
        for (name, bits) in [("project", 0o755), ("tmp", 0o1777)] {
            let folder = around.path().join(name);
            fs::create_dir(&folder).expect("a folder");
            if name == "project" {
                fs::create_dir(folder.join("src")).expect("a folder");
            }
            for file in ["ringdown.sqlite-wal", "metrics-token", "readme"] {
                fs::write(folder.join(file), "").expect("a file");
                chmod(&folder.join(file), 0o644);
            }
            chmod(&folder, bits);
            open_folder(&folder).expect("a folder");
            assert_eq!(mode(&folder), bits & 0o777, "{name}");
            for file in ["ringdown.sqlite-wal", "metrics-token"] {
                assert_eq!(mode(&folder.join(file)), 0o600, "{name}/{file}");
            }
            assert_eq!(mode(&folder.join("readme")), 0o644, "{name}");
        }
    }
}
