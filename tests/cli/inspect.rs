//! What `inspect` says of folders and of what is packed.

use serde_json::Value;

use crate::support::{inspected, repository, run};

#[test]
fn a_folder_is_shown_as_a_table_with_what_is_wrong_below_it() {
    let folder = repository().join("testdata/records/packed");
    let (code, out, error) = run(["inspect", folder.to_str().unwrap()]);
    assert_eq!((code, error.as_str()), (3, ""));
    assert_eq!(out, include_str!("inspect-packed.txt"));
}

#[test]
fn every_file_of_a_folder_stands_in_its_table_once() {
    for folder in ["testdata/records", "testdata/pki", "testdata"] {
        let folder = repository().join(folder);
        let [table] = inspected(&folder, &[]).try_into().unwrap();
        let files = table["files"].as_array().unwrap();
        let mut names: Vec<&str> = files.iter().map(|file| file["file"].as_str().unwrap()).collect();
        let listed = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listed, "{}", folder.display());
        let wrong = files.iter().filter(|file| file["problems"] != 0);
        assert_eq!(table["rejected"], wrong.clone().count());
        for file in wrong {
            let problem = &file["first_problem"];
            assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{file}");
        }
        // A file whose name says that it is refused has a problem, unless only a signature or a path tells.
        for file in files.iter().filter(|file| file["problems"] == 0) {
            let name = file["file"].as_str().unwrap();
            let proven_elsewhere = name.contains("does-not-verify");
            assert!(!name.contains("/reject-") || proven_elsewhere, "{file}");
        }
    }
}

#[test]
fn what_lies_in_an_archive_says_where() {
    let archive = repository().join("testdata/records/packed/zip-in-zip.zip");
    let found = inspected(&archive, &[]);
    let places: Vec<&Value> = found.iter().map(|thing| &thing["within"]).collect();
    assert_eq!(
        places,
        ["packed.zip/trust-anchor-not-found.hex", "packed.zip/two-network-operator-cells.hex"]
    );
}
