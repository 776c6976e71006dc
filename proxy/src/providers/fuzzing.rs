//! The parsers of each provider, for the fuzz targets.

pub use super::{
    capa::fuzzing as capa, cryptopocket::fuzzing as cryptopocket, unigox::fuzzing as unigox,
};
