//! `intake::read_records` on any octets: messages in binary, hex and base64, CSV of cells and of messages.
//!
//! How the operating system cuts the octets does not change what is read. Records come in the order of their lines,
//! and what a record says is about its device and its place.

#![no_main]

use std::io::{self, Read};

use gbcs::Message;
use intake::{
    DeviceKey, DeviceKeys, Form, NoDeviceKeys, Record, RecordOptions, Silence, Source, read_records,
};
use libfuzzer_sys::fuzz_target;
use types::{Eui64, InputId, Observation, Origin};

/// Half of the devices have a key, which is not theirs: their signed messages are refused.
struct OddDevices;

impl DeviceKeys for OddDevices {
    fn device_keys(&self, device: Eui64) -> Vec<DeviceKey<'_>> {
        let odd = DeviceKey { point: b"no point", proven: device.to_u64() % 4 == 1 };
        if device.to_u64() % 2 == 1 { vec![odd] } else { NoDeviceKeys.device_keys(device) }
    }
}

/// Hands out a few octets at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let few = buffer.len().min(13);
        self.0.read(&mut buffer[..few])
    }
}

#[derive(Debug, PartialEq)]
struct Kept {
    origin: Origin,
    device: Option<Eui64>,
    octets: Vec<u8>,
    outcome: Result<Vec<Observation>, &'static str>,
}

fn read<'r>(reader: impl Read + Send + 'r) -> (Vec<Kept>, bool, u64) {
    let mut options = RecordOptions::default();
    options.keys = &OddDevices;
    let mut source = Source::new("records", InputId(7), reader);
    let mut kept = Vec::new();
    let result = read_records(&mut source, &options, &mut |record: &Record<'_>| {
        check(record);
        let outcome = match &record.outcome {
            Ok(observations) => Ok(observations.to_vec()),
            Err(reject) => Err(reject.id()),
        };
        let (origin, device) = (record.origin, record.device);
        kept.push(Kept { origin, device, octets: record.octets.to_vec(), outcome });
    });
    if let Err(error) = &result {
        assert!(!error.to_string().is_empty());
    }
    let (size, _) = source.finish().expect("octets in memory");
    (kept, result.is_ok(), size)
}

fn check(record: &Record<'_>) {
    match &record.outcome {
        Ok(observations) => {
            for observation in *observations {
                assert_eq!(observation.origin, record.origin);
                assert_eq!(Some(observation.device), record.device);
            }
            assert!(record.unusable().is_empty());
        }
        Err(reject) => {
            assert!(!reject.to_string().is_empty());
            assert_eq!(record.unusable().is_empty(), record.device.is_none());
        }
    }
    if record.form == Form::Message {
        let message = Message::decode(record.octets);
        assert!(message.is_ok() || record.outcome.is_err());
        assert!(record.silence() != Silence::Intent || message.is_ok());
    }
}

fuzz_target!(|octets: &[u8]| {
    let whole = read(octets);
    assert_eq!(whole, read(Drops(octets)));

    let (records, complete, size) = whole;
    assert_eq!(usize::try_from(size), Ok(octets.len()));
    let lines = octets.iter().filter(|octet| matches!(octet, b'\n' | b'\r')).count() + 1;
    // Records of XML have numbers and no lines; `xml` is about them.
    let has_lines = !octets.iter().any(|octet| *octet == b'<');
    let mut line = 1;
    for record in &records {
        assert_eq!(record.origin.input, InputId(7));
        assert!(record.origin.line >= line, "line {} after {line}", record.origin.line);
        line = record.origin.line;
    }
    assert!(!has_lines || usize::try_from(line).is_ok_and(|line| line <= lines), "line {line} of {lines}");

    // A file without line ends is one record at most, or a header row.
    assert!(
        !has_lines || !complete || octets.contains(&b'\n') || octets.contains(&b'\r') || records.len() <= 1
    );
});
