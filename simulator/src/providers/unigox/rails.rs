//! The rails that money is paid out on, and what each has to be told (6.2).

use iban::{BaseIban, Iban};
use serde_json::{Map, Value};

use super::rail_table::{INSTITUTIONS, RAILS};

/// A way to pay out.
#[derive(Debug)]
pub(super) struct Rail {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) currency: &'static str,
    pub(super) countries: &'static [&'static str],
    pub(super) institution: Need,
    pub(super) lookup: Option<&'static str>,
    pub(super) speed: &'static str,
    pub(super) minutes: u32,
    pub(super) shape: Form,
}

/// Whether something has to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// Which fields there are.
#[derive(Debug)]
pub(super) enum Form {
    /// These.
    Fields(&'static [Field]),
    /// These, of which at least one has to be filled.
    OneOf(&'static [Field]),
    /// Those of the format that takes the institution's type.
    ByInstitution(&'static [Format]),
}

/// A field of a rail.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: &'static str,
    pub(super) need: Need,
    pub(super) check: Check,
    pub(super) placeholder: Option<&'static str>,
}

/// What a value has to look like.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    /// Anything that is not blank.
    Text,
    /// So many digits, at least and at most.
    Digits(usize, usize),
    /// An IBAN with its check digits.
    Iban,
    /// An Indian bank's branch.
    Ifsc,
    /// A telephone number in E.164.
    Phone,
}

/// The fields of some institutions.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) institution_types: &'static [&'static str],
    pub(super) fields: &'static [Field],
}

/// A bank or a wallet.
#[derive(Debug)]
pub(super) struct Institution {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) rail: &'static str,
    pub(super) country: &'static str,
    pub(super) currency: &'static str,
    pub(super) code: &'static str,
}

impl Rail {
    pub(super) fn with_slug(slug: &str) -> Option<&'static Self> {
        RAILS.iter().find(|rail| rail.slug == slug)
    }

    /// What is wrong with the details, naming each field; nothing if they will do.
    pub(super) fn check(
        &self,
        institution: Option<&Institution>,
        details: &Map<String, Value>,
    ) -> Result<(), String> {
        let fields = match (&self.shape, institution) {
            (Form::Fields(fields) | Form::OneOf(fields), _) => fields,
            (Form::ByInstitution(formats), Some(institution)) => {
                let takes = |format: &&Format| format.institution_types.contains(&institution.kind);
                let Some(format) = formats.iter().find(takes) else {
                    return Err("institution_id is not of this rail".to_owned());
                };
                &format.fields
            }
            (Form::ByInstitution(_), None) => return Err("institution_id is required".to_owned()),
        };
        let mut problems: Vec<String> = fields
            .iter()
            .filter_map(|field| field.problem(details))
            .collect();
        let is_filled = |field: &Field| details.contains_key(field.key);
        match self.shape {
            Form::OneOf(fields) if !fields.iter().any(is_filled) => {
                let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
                problems.push(format!("one of {} is required", keys.join(", ")));
            }
            Form::OneOf(_) | Form::Fields(_) | Form::ByInstitution(_) => {}
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems.join("; "))
        }
    }
}

impl Field {
    fn problem(&self, details: &Map<String, Value>) -> Option<String> {
        match (details.get(self.key), self.need) {
            (None, Need::Optional) => None,
            (None, Need::Required) => Some(format!("{} is required", self.key)),
            (Some(value), _) => {
                let fits = value.as_str().is_some_and(|value| self.check.fits(value));
                (!fits).then(|| format!("{} is invalid", self.key))
            }
        }
    }
}

impl Check {
    fn fits(self, value: &str) -> bool {
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Text => !value.trim().is_empty(),
            Self::Digits(least, most) => (least..=most).contains(&value.len()) && is_digits(value),
            Self::Iban => value
                .parse::<BaseIban>()
                .is_ok_and(|iban| Iban::try_from(iban).is_ok()),
            Self::Ifsc => {
                let bytes = value.as_bytes();
                bytes.len() == 11
                    && bytes[..4].iter().all(u8::is_ascii_uppercase)
                    && bytes[4] == b'0'
                    && bytes[5..].iter().all(u8::is_ascii_alphanumeric)
            }
            Self::Phone => value
                .strip_prefix('+')
                .is_some_and(|digits| (7..=15).contains(&digits.len()) && is_digits(digits)),
        }
    }

    /// The same as a regular expression, where it can be one.
    pub(super) fn pattern(self) -> Option<String> {
        match self {
            Self::Text => None,
            Self::Digits(least, most) if least == most => Some(format!("^[0-9]{{{least}}}$")),
            Self::Digits(least, most) => Some(format!("^[0-9]{{{least},{most}}}$")),
            Self::Iban => Some("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$".to_owned()),
            Self::Ifsc => Some("^[A-Z]{4}0[A-Z0-9]{6}$".to_owned()),
            Self::Phone => Some("^\\+[0-9]{7,15}$".to_owned()),
        }
    }
}

impl Institution {
    pub(super) fn with_id(id: &str) -> Option<&'static Self> {
        INSTITUTIONS.iter().find(|institution| institution.id == id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(slug: &str, institution: Option<&str>, details: &Value) -> Result<(), String> {
        let rail = Rail::with_slug(slug).unwrap();
        let institution = institution.map(|id| Institution::with_id(id).unwrap());
        rail.check(institution, details.as_object().unwrap())
    }

    #[test]
    fn every_rail_takes_its_published_fields() {
        let name = "Ada Lovelace";
        let iban = json!({ "full_name": name, "iban": "DE89370400440532013000" });
        assert_eq!(check("iban-sepa", None, &iban), Ok(()));
        let nuban = json!({ "account_number": "0123456789" });
        assert_eq!(check("nip-nigeria", None, &nuban), Ok(()));
        let british =
            json!({ "full_name": name, "sort_code": "200000", "account_number": "55779911" });
        assert_eq!(check("faster-payments", None, &british), Ok(()));
        let cvu = json!({ "cvu": "0000003100010000000001" });
        assert_eq!(check("cvu-cbu", Some("mercado-pago"), &cvu), Ok(()));
        let indian = json!({
            "full_name": name, "bank_name": "HDFC", "ifsc_code": "HDFC0000001",
            "account_number": "123456789",
        });
        assert_eq!(check("imps-neft-india", None, &indian), Ok(()));
        let phone = json!({ "phone_number": "+233201234567" });
        assert_eq!(check("ghipss", Some("mtn-momo"), &phone), Ok(()));
        let account = json!({ "account_number": "1234567890123" });
        assert_eq!(check("ghipss", Some("gcb-bank"), &account), Ok(()));
    }

    #[test]
    fn a_refusal_names_the_fields() {
        let text = |slug, institution, details| check(slug, institution, &details).unwrap_err();
        assert_eq!(
            text(
                "iban-sepa",
                None,
                json!({ "iban": "DE88370400440532013000" })
            ),
            "full_name is required; iban is invalid"
        );
        assert_eq!(
            text("nip-nigeria", None, json!({ "account_number": "123" })),
            "account_number is invalid"
        );
        assert_eq!(
            text("cvu-cbu", Some("mercado-pago"), json!({})),
            "one of cvu, cbu, alias, phone_number is required"
        );
        assert_eq!(
            text("ghipss", None, json!({})),
            "institution_id is required"
        );
        assert_eq!(
            text(
                "ghipss",
                Some("gcb-bank"),
                json!({ "phone_number": "+233201234567" })
            ),
            "account_number is required"
        );
        assert_eq!(
            text(
                "imps-neft-india",
                None,
                json!({ "full_name": "A", "bank_name": " ",
                "ifsc_code": "HDFC1000001", "account_number": 123_456_789 })
            ),
            "bank_name is invalid; ifsc_code is invalid; account_number is invalid"
        );
    }
}
