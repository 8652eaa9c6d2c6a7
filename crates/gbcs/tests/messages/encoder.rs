//! Writes messages: DER trees whose lengths may be padded, in either envelope.

pub(crate) const DEVICE: [u8; 8] = [0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0x01];
pub(crate) const PARTY: [u8; 8] = [0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0xAC];
pub(crate) const OPERATOR: [u8; 8] = [0x00, 0x00, 0x5E, 0xEF, 0x10, 0x00, 0x00, 0xD1];
/// The offset of the payload of a message made by [`maced`], if all its lengths have one octet.
pub(crate) const PAYLOAD: usize = 47;

pub(crate) const SIGNATURE_USAGE: [u8; 2] = [7, 0x80];
pub(crate) const AGREEMENT_USAGE: [u8; 2] = [3, 0x08];

#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Leaf(u8, Vec<u8>),
    Node(u8, Vec<Tree>),
    /// An element that is written already: a certificate.
    Verbatim(Vec<u8>),
}

/// A length with `padding` more octets than it needs.
pub(crate) fn length(length: usize, padding: usize) -> Vec<u8> {
    if padding == 0 && length < 0x80 {
        return vec![u8::try_from(length).unwrap()];
    }
    let octets = length.to_be_bytes();
    let first = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len() - 1);
    let mut written = vec![0; padding.saturating_sub(usize::from(length < 0x80))];
    written.extend(&octets[first..]);
    written.insert(0, 0x80 | u8::try_from(written.len()).unwrap());
    written
}

impl Tree {
    /// The octets with lengths as short as they can be.
    pub(crate) fn der(&self) -> Vec<u8> {
        self.padded(&mut || 0)
    }

    /// The octets with lengths that have as many more octets as `padding` says.
    pub(crate) fn padded(&self, padding: &mut impl FnMut() -> usize) -> Vec<u8> {
        let (tag, content) = match self {
            Self::Verbatim(octets) => return octets.clone(),
            Self::Leaf(tag, octets) => (*tag, octets.clone()),
            Self::Node(tag, children) => {
                (*tag, children.iter().flat_map(|child| child.padded(padding)).collect())
            }
        };
        [vec![tag], length(content.len(), padding()), content].concat()
    }
}

pub(crate) fn sequence(children: impl IntoIterator<Item = Tree>) -> Tree {
    Tree::Node(0x30, children.into_iter().collect())
}

pub(crate) fn integer(value: u8) -> Tree {
    Tree::Leaf(0x02, vec![value])
}

pub(crate) fn status(value: u8) -> Tree {
    Tree::Leaf(0x0A, vec![value])
}

pub(crate) fn usage(content: &[u8]) -> Tree {
    Tree::Leaf(0x03, content.to_vec())
}

pub(crate) fn octets(content: &[u8]) -> Tree {
    Tree::Leaf(0x04, content.to_vec())
}

pub(crate) fn time(text: &str) -> Tree {
    Tree::Leaf(0x18, text.as_bytes().to_vec())
}

pub(crate) fn cell(key_usage: [u8; 2], key: u8) -> Tree {
    sequence([usage(&key_usage), octets(&OPERATOR), octets(&[0x40 | key; 8])])
}

pub(crate) fn role(role: u8, cells: impl IntoIterator<Item = Tree>) -> Tree {
    sequence([integer(role), status(0), integer(0), sequence(cells)])
}

pub(crate) fn cell_id(role: u8, key_usage: [u8; 2]) -> Tree {
    sequence([integer(role), usage(&key_usage)])
}

pub(crate) fn replacement_outcome(key_usage: [u8; 2], code: u8) -> Tree {
    sequence([
        cell_id(3, key_usage),
        status(code),
        octets(&PARTY),
        octets(&[0x41; 8]),
        octets(&OPERATOR),
        octets(&[0x42; 8]),
    ])
}

pub(crate) fn outcome(
    changes: impl IntoIterator<Item = Tree>,
    outcomes: impl IntoIterator<Item = Tree>,
) -> Tree {
    sequence([integer(5), integer(3), sequence(changes), sequence(outcomes)])
}

/// The supplier's and the network operator's cells, as CS02a tells of them.
pub(crate) fn credential_details() -> Tree {
    let top_up = [usage(&AGREEMENT_USAGE), integer(1), octets(&OPERATOR), octets(&[0x43; 8])];
    sequence([
        role(2, [cell(SIGNATURE_USAGE, 1), cell(AGREEMENT_USAGE, 2), sequence(top_up)]),
        role(3, [cell(SIGNATURE_USAGE, 4), cell(AGREEMENT_USAGE, 5)]),
        sequence([integer(8), status(25)]),
    ])
}

/// A command with every optional element, all of whose numbers differ.
pub(crate) fn update_command() -> Tree {
    let specialist = |number| sequence([integer(0), integer(number)]);
    let certificate = |mark| Tree::Verbatim(vec![0x30, 3, 2, 1, mark]);
    sequence([
        sequence([
            integer(9),
            Tree::Leaf(0x80, vec![0xAA; 16]),
            Tree::Leaf(0x81, vec![1]),
            Tree::Node(0xA2, vec![integer(3), usage(&SIGNATURE_USAGE)]),
            Tree::Leaf(0x83, vec![11]),
            Tree::Leaf(0x84, vec![12]),
            Tree::Node(0xA5, vec![specialist(13)]),
            Tree::Node(
                0xA6,
                vec![
                    sequence([integer(2), integer(14), sequence([specialist(15)])]),
                    sequence([integer(5), integer(16)]),
                ],
            ),
        ]),
        sequence([
            sequence([certificate(1), cell_id(3, SIGNATURE_USAGE)]),
            sequence([certificate(2), cell_id(3, AGREEMENT_USAGE)]),
        ]),
        sequence([certificate(3)]),
        time("20260301020304Z"),
    ])
}

pub(crate) fn update_response() -> Tree {
    sequence([
        Tree::Leaf(0x05, vec![]),
        outcome(
            [sequence([integer(2), integer(14)])],
            [replacement_outcome(AGREEMENT_USAGE, 0), replacement_outcome(SIGNATURE_USAGE, 5)],
        ),
    ])
}

pub(crate) fn update_alert() -> Tree {
    sequence([
        Tree::Leaf(0x02, vec![0x00, 0x8F, 0x66]),
        time("20260301020304Z"),
        outcome([], [replacement_outcome(SIGNATURE_USAGE, 0)]),
    ])
}

/// From `DF` to the end of the payload.
pub(crate) fn unsigned(cra: u8, code: u16, date_time: &[u8], payload: &[u8]) -> Vec<u8> {
    let (originator, recipient) = if cra == 1 { (PARTY, DEVICE) } else { (DEVICE, PARTY) };
    [
        &[0xDF, 9, cra, 0, 0, 0, 0, 0, 0, 5, 0x16, 8][..],
        &originator,
        &[8],
        &recipient,
        &length(date_time.len(), 0),
        date_time,
        &[2],
        &code.to_be_bytes(),
        &length(payload.len(), 0),
        payload,
    ]
    .concat()
}

/// A message with a MAC.
pub(crate) fn maced(cra: u8, code: u16, payload: &[u8]) -> Vec<u8> {
    let ciphered = [&[0x11, 0, 0, 0, 0][..], &unsigned(cra, code, &[], payload), &[0], &[0xA5; 12]].concat();
    [&[0xDD, 0, 0, 0, 0, 0, 0][..], &length(ciphered.len(), 0), &ciphered].concat()
}

/// A message with a device time and a signature that is not one.
pub(crate) fn signed(cra: u8, code: u16, payload: &[u8]) -> Vec<u8> {
    let date_time = [0x07, 0xEA, 3, 1, 0xFF, 2, 3, 4, 0, 0x80, 0, 0xFF];
    [&unsigned(cra, code, &date_time, payload)[..], &[64], &[0x5A; 64]].concat()
}

/// One message of each kind.
pub(crate) fn all() -> Vec<Vec<u8>> {
    let command = sequence([cell_id(4, AGREEMENT_USAGE), sequence([integer(2), integer(3)])]).der();
    let key_usage = sequence([usage(&SIGNATURE_USAGE)]).der();
    let certificate = sequence([integer(1)]).der();
    vec![
        maced(1, 0x0008, &command),
        maced(2, 0x0008, &credential_details().der()),
        maced(2, 0x011B, &credential_details().der()),
        signed(1, 0x0109, &update_command().der()),
        maced(1, 0x0103, &update_command().der()),
        signed(2, 0x0103, &update_response().der()),
        signed(2, 0x0125, &update_response().der()),
        signed(3, 0x00CB, &update_alert().der()),
        signed(3, 0x0124, &update_alert().der()),
        signed(1, 0x000A, &key_usage),
        signed(2, 0x000A, &certificate),
        signed(1, 0x000B, &certificate),
        signed(2, 0x000B, &integer(5).der()),
        maced(1, 0x000C, &key_usage),
        maced(2, 0x000C, &certificate),
        maced(2, 0x0062, &[1, 2, 3]),
        unsigned(1, 0x0103, &[], &update_command().der()),
    ]
}
