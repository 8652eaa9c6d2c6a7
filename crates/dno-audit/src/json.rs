//! JSON whose members the documentation names.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// A JSON document. It is serialized as what it is, and displayed as indented text.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Json(pub(crate) Value);

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}
