//! What holds for any octets.

use dno_audit_gbcs::Message;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::encoder::*;

proptest! {
    #[test]
    fn any_octets_are_decoded_or_refused(octets: Vec<u8>) {
        let _ = Message::decode(&octets);
    }

    #[test]
    fn any_payload_is_decoded_or_refused(
        cra in 1u8..=3,
        code in prop::sample::select(vec![0x08, 0x11B, 0x103, 0xCB, 0x124, 0x125, 0x0A, 0x0B, 0x0C]),
        payload in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = Message::decode(&signed(cra, code, &payload));
    }

    #[test]
    fn changed_messages_are_decoded_or_refused(
        message in prop::sample::select(all()),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = message;
        for (index, octet) in changes {
            let index = index.index(octets.len());
            octets[index] = octet;
        }
        match Message::decode(&octets) {
            Ok(message) => { let _ = message.date_time.map(|time| time.timestamp()); }
            Err(error) => {
                prop_assert!(error.offset() <= octets.len());
                prop_assert!(!error.path().to_string().is_empty());
            }
        }
    }

    #[test]
    fn the_start_of_a_message_is_truncated_or_complete(
        message in prop::sample::select(all()),
        end in any::<Index>(),
    ) {
        let start = &message[..end.index(message.len())];
        if let Err(error) = Message::decode(start) {
            prop_assert!(error.is_truncated(), "{}", error);
            prop_assert_eq!(error.offset(), start.len());
        }
    }

    #[test]
    fn longer_lengths_change_nothing_but_the_notes(
        (cra, code, tree) in prop::sample::select(vec![
            (2, 0x0008, credential_details()),
            (1, 0x0109, update_command()),
            (2, 0x0103, update_response()),
            (3, 0x00CB, update_alert()),
        ]),
        paddings in prop::collection::vec(0usize..=6, 1..60),
    ) {
        let mut given = 0;
        let mut cycle = paddings.iter().cycle();
        let padded = tree.padded(&mut || {
            let padding = *cycle.next().unwrap();
            given += usize::from(padding > 0);
            padding
        });
        let (short, long) = (signed(cra, code, &tree.der()), signed(cra, code, &padded));
        let (short, long) = (Message::decode(&short).unwrap(), Message::decode(&long).unwrap());
        prop_assert_eq!(short.payload, long.payload);
        prop_assert_eq!(short.non_minimal_lengths.len(), 0);
        prop_assert_eq!(long.non_minimal_lengths.len(), given);
    }
}
