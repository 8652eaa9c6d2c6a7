//! Keys that were given where the name of a file or of a variable was meant. Nothing of them is repeated.

use std::ffi::OsString;
use std::path::Path;

use dno_audit::one_line;

/// How a key or certificate in PEM begins.
const ARMOUR: &str = "-----BEGIN";

/// The fewest characters of a private key of P-256 in base64 or hex, less a few.
const SHORTEST: usize = 40;

/// What is said of an argument in PEM.
pub(crate) const IN_ARGUMENTS: &str = "an argument is a key or certificate itself, not the name of its file; it is not \
                                       shown here, but the history of the shell may have it";

/// Whether one of the arguments is a key or certificate in PEM.
pub(crate) fn among(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument.to_string_lossy().contains(ARMOUR))
}

/// Whether a text may be a key rather than a name. What exists under it is a file, whatever its name.
fn may_be_key(text: &str) -> bool {
    let fits =
        |c: char| c.is_whitespace() || c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-');
    text.contains(ARMOUR)
        || text.chars().filter(|c| !c.is_whitespace()).count() >= SHORTEST
            && text.chars().all(fits)
            && !Path::new(text).exists()
}

/// What an option for a secret has, for a message: the path if anything is there. What is not may be the secret itself.
pub(crate) fn file_of(option: &str, path: &Path) -> String {
    match path.symlink_metadata() {
        Ok(_) => format!("{option} {}", path.display()),
        Err(_) => format!("{option} (the value is not shown, since it may be the secret itself)"),
    }
}

/// What an option for a name has, for a message: the name, unless it may be a key.
pub(crate) fn value_of(option: &str, value: &str) -> String {
    match may_be_key(value) {
        true => format!("{option} (the value is not shown, since it may be a key)"),
        false => format!("{option} {value}"),
    }
}

/// The arguments as a message may repeat them: without those that may be keys, and without what steers a terminal.
pub(crate) fn fit_to_repeat(arguments: &[OsString]) -> impl Iterator<Item = OsString> {
    arguments.iter().map(|argument| {
        let argument = argument.to_string_lossy();
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with('-') => (format!("{option}="), value),
            _ => (String::new(), &*argument),
        };
        let value = if may_be_key(value) { "(not shown)" } else { value };
        one_line(&format!("{option}{value}")).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg";

    #[test]
    fn a_key_is_told_from_a_name() {
        let hex = "a0".repeat(32);
        for key in ["-----BEGIN PRIVATE KEY-----", BODY, &format!("{}\n{}", &BODY[..20], &BODY[20..]), &hex] {
            assert!(may_be_key(key), "{key}");
        }
        for name in [
            "AUDITOR_KEY",
            "keys/auditor-key.pem",
            "/a/folder/with/a/long/name/and/more/folders/in/it/auditor.pem",
        ] {
            assert!(!may_be_key(name), "{name}");
        }
        assert!(!may_be_key(env!("CARGO_MANIFEST_DIR")), "what exists is no key");
    }

    #[test]
    fn arguments_are_repeated_without_keys_and_stay_what_they_are() {
        let keyed = format!("--no={BODY}");
        let arguments = ["audit", "--out=a=b", BODY, &keyed, "a\nverified", "", "--b=", "-q"];
        let repeated =
            ["audit", "--out=a=b", "(not shown)", "--no=(not shown)", r"a\nverified", "", "--b=", "-q"];
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert!(fit_to_repeat(&arguments).eq(repeated.iter().map(OsString::from)));
    }
}
