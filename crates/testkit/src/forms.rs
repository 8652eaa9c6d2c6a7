//! The forms in which users hold the data, written from the schemas and from nothing that reads them.
//!
//! [`duis`] is the XML of the user gateway: responses, alerts, inventories and requests. [`mmc`] is what an adapter
//! makes of the messages in it. [`repository`] is what the SMKI Repository answers. All three build an
//! [`xml::Element`], and [`xml::Style`] decides what stands in the file: prefixes, encoding, line breaks, everything
//! that XML leaves free.

pub mod duis;
pub mod mmc;
pub mod repository;
pub mod xml;
