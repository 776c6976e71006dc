//! The six countries whose identifications are published (section 5.2), and what their people are
//! paid in.

use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

/// A country whose people are known by a national identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Country {
    /// `ES`.
    Spain,
    /// `CL`.
    Chile,
    /// `MX`.
    Mexico,
    /// `CO`.
    Colombia,
    /// `PE`.
    Peru,
    /// `AR`.
    Argentina,
}

/// How a number has to look, apart from dots, dashes and spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Digits(RangeInclusive<usize>),
    Alphanumeric(RangeInclusive<usize>),
}

impl Country {
    const ALL: [Self; 6] = [
        Self::Spain,
        Self::Chile,
        Self::Mexico,
        Self::Colombia,
        Self::Peru,
        Self::Argentina,
    ];

    /// The country with this code of two letters.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|country| country.code() == code)
    }

    /// The code of two letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Spain => "ES",
            Self::Chile => "CL",
            Self::Mexico => "MX",
            Self::Colombia => "CO",
            Self::Peru => "PE",
            Self::Argentina => "AR",
        }
    }

    pub(super) const fn currency(self) -> &'static str {
        match self {
            Self::Spain => "EUR",
            Self::Chile => "CLP",
            Self::Mexico => "MXN",
            Self::Colombia => "COP",
            Self::Peru => "PEN",
            Self::Argentina => "ARS",
        }
    }

    /// How an account is numbered that is given at registration; none where it is given with each
    /// order.
    pub(super) const fn account(self) -> Option<Form> {
        match self {
            Self::Spain => None,
            Self::Chile | Self::Colombia => Some(Form::Digits(5..=20)),
            Self::Mexico => Some(Form::Digits(18..=18)),
            Self::Peru => Some(Form::Digits(20..=20)),
            Self::Argentina => Some(Form::Digits(22..=22)),
        }
    }

    /// The form of an identification's number, if the country has this identification.
    pub(super) fn document(self, kind: &str) -> Option<Form> {
        let form = match (self, kind) {
            (Self::Spain, "GOVERNMENT_ID" | "PERMANENT_RESIDENCE_PERMIT" | "CIF") => {
                Form::Alphanumeric(9..=9)
            }
            (Self::Chile, "RUT") => Form::Alphanumeric(8..=9),
            (Self::Mexico, "CURP") => Form::Alphanumeric(18..=18),
            (Self::Mexico, "RFC") => Form::Alphanumeric(12..=13),
            (Self::Colombia, "CED_CIU" | "TI" | "NUIP" | "RC") => Form::Digits(6..=11),
            (Self::Colombia, "CED_EXT" | "TE" | "PPT" | "PASS" | "PEP")
            | (Self::Spain, "PASSPORT") => Form::Alphanumeric(5..=15),
            (Self::Colombia, "NIT") => Form::Digits(9..=10),
            (Self::Peru, "DNI") => Form::Digits(8..=8),
            (Self::Peru, "CE") => Form::Alphanumeric(8..=12),
            (Self::Peru, "RUC") | (Self::Argentina, "CUIT") => Form::Digits(11..=11),
            (Self::Argentina, "DNI") => Form::Digits(7..=8),
            (
                Self::Spain
                | Self::Chile
                | Self::Mexico
                | Self::Colombia
                | Self::Peru
                | Self::Argentina,
                _,
            ) => return None,
        };
        Some(form)
    }
}

impl Form {
    pub(super) fn fits(&self, text: &str) -> bool {
        let mut signs = text.chars().filter(|sign| !['.', '-', ' '].contains(sign));
        let length = signs.clone().count();
        match self {
            Self::Digits(lengths) => {
                lengths.contains(&length) && signs.all(|sign| sign.is_ascii_digit())
            }
            Self::Alphanumeric(lengths) => {
                lengths.contains(&length) && signs.all(|sign| sign.is_ascii_alphanumeric())
            }
        }
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identification_belongs_to_its_country() {
        let published = [
            ("ES", "GOVERNMENT_ID", "12345678Z"),
            ("ES", "PERMANENT_RESIDENCE_PERMIT", "X1234567L"),
            ("ES", "PASSPORT", "AAA123456"),
            ("ES", "CIF", "A58818501"),
            ("CL", "RUT", "12.345.678-5"),
            ("MX", "CURP", "HEGG560427MVZRRL04"),
            ("MX", "RFC", "GODE561231GR8"),
            ("CO", "CED_CIU", "1020304050"),
            ("CO", "CED_EXT", "E123456"),
            ("CO", "TI", "1020304050"),
            ("CO", "NUIP", "1020304050"),
            ("CO", "TE", "123456"),
            ("CO", "PPT", "1234567"),
            ("CO", "PASS", "AB123456"),
            ("CO", "PEP", "123456789012345"),
            ("CO", "RC", "1020304050"),
            ("CO", "NIT", "900.123.456-7"),
            ("PE", "DNI", "12345678"),
            ("PE", "CE", "001234567"),
            ("PE", "RUC", "20123456789"),
            ("AR", "DNI", "12.345.678"),
            ("AR", "CUIT", "20-12345678-6"),
        ];
        for (code, kind, number) in published {
            let form = Country::from_code(code).unwrap().document(kind);
            assert!(form.unwrap().fits(number), "{code} {kind}");
        }
        assert_eq!(Country::Chile.document("CURP"), None);
        assert_eq!(Country::Spain.document("DNI"), None);
    }

    #[test]
    fn a_number_has_the_form_of_its_identification() {
        let curp = Country::Mexico.document("CURP").unwrap();
        assert!(!curp.fits("HEGG560427MVZRRL0"));
        assert!(!Country::Peru.document("DNI").unwrap().fits("1234567X"));
    }
}
