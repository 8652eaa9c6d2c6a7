//! Unsigned DUIS requests to start from, by the schema of DUIS 5.4.
//!
//! A report has neither the octets of certificates nor the identifier and the counter of who will send: those places are
//! left open, and each template says so.

use std::fmt::Write;

use super::{Choice, Stage};

/// The request of a step for a device; `None` if its Service Request has no template.
#[must_use]
pub fn request(stage: Stage, device: &str, choices: &[Choice; 2]) -> Option<String> {
    let (variant, reference, reference_variant) = match stage {
        Stage::Read => (1, "6.24", "6.24.1"),
        Stage::HandOver => (1, "6.21", "6.21"),
        Stage::Replace => (4, "6.15", "6.15.1"),
        Stage::Other => return None,
    };
    let body = match stage {
        Stage::HandOver => {
            let certificates = certificates(choices, "        ");
            format!(
                "    <sr:RequestHandoverOfDCCControlledDevice>\n      \
                 <sr:RemotePartyRole>NetworkOperator</sr:RemotePartyRole>\n      \
                 <sr:ReplacementCertificates>\n{certificates}      </sr:ReplacementCertificates>\n{PATH}    \
                 </sr:RequestHandoverOfDCCControlledDevice>\n"
            )
        }
        Stage::Replace => {
            let certificates = certificates(choices, "          ");
            format!(
                "    <sr:UpdateSecurityCredentialsKRP>\n      \
                 <sr:RemotePartyRole>NetworkOperator</sr:RemotePartyRole>\n      <sr:ReplacementCertificates>\n        \
                 <sr:SupplierOrNetworkOperatorCertificates>\n{certificates}        \
                 </sr:SupplierOrNetworkOperatorCertificates>\n      </sr:ReplacementCertificates>\n{PATH}    \
                 </sr:UpdateSecurityCredentialsKRP>\n"
            )
        }
        Stage::Read | Stage::Other => "    <sr:RetrieveDeviceSecurityCredentialsKRP>\n      \
             <sr:RemotePartyRole>NetworkOperator</sr:RemotePartyRole>\n    \
             </sr:RetrieveDeviceSecurityCredentialsKRP>\n"
            .to_owned(),
    };
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!-- Template, not to be sent as it is: put the sender's identifier and counter into RequestID{}, and sign. -->\n\
         <sr:Request xmlns:sr=\"http://www.dccinterface.co.uk/ServiceUserGateway\" schemaVersion=\"5.4\">\n  \
         <sr:Header>\n    <sr:RequestID>{NOBODY}:{device}:0</sr:RequestID>\n    \
         <sr:CommandVariant>{variant}</sr:CommandVariant>\n    \
         <sr:ServiceReference>{reference}</sr:ServiceReference>\n    \
         <sr:ServiceReferenceVariant>{reference_variant}</sr:ServiceReferenceVariant>\n  </sr:Header>\n  \
         <sr:Body>\n{body}  </sr:Body>\n</sr:Request>\n",
        if stage == Stage::Read { "" } else { ", the certificates into their blank elements" },
    ))
}

/// The identifier of nobody, in the place of the sender's.
const NOBODY: &str = "00-00-00-00-00-00-00-00";

const PATH: &str = "      <sr:CertificationPathCertificates>\n        <sr:Certificate/>\n      \
     </sr:CertificationPathCertificates>\n      <sr:ApplyTimeBasedCPVChecks>true</sr:ApplyTimeBasedCPVChecks>\n";

fn certificates(choices: &[Choice; 2], indent: &str) -> String {
    let mut text = String::new();
    for (choice, element) in choices.iter().zip(["DigitalSigningCertificate", "KeyAgreementCertificate"]) {
        let which = if choice.certificates.is_empty() {
            "which one is not known from the report".to_owned()
        } else {
            format!("serial number {}, key {}", choice.serials(), choice.keys())
        };
        // Writing to a String does not fail. Serial numbers and keys are hex, so that nothing in them ends a comment.
        let _ = write!(text, "{indent}<!-- {which} -->\n{indent}<sr:{element}/>\n");
    }
    text
}
