//! The table of rails and institutions.

use super::rails::{Check, Field, Form, Format, Institution, Need, Rail};

const fn field(key: &'static str, label: &'static str, need: Need, check: Check) -> Field {
    Field {
        key,
        label,
        kind: "text",
        need,
        check,
        placeholder: None,
    }
}

const FULL_NAME: Field = field("full_name", "Full name", Need::Required, Check::Text);

pub(super) static RAILS: [Rail; 6] = [
    Rail {
        slug: "iban-sepa",
        name: "SEPA transfer",
        currency: "EUR",
        countries: &[
            "AT", "BE", "DE", "EE", "ES", "FI", "FR", "IE", "IT", "LT", "NL", "PT",
        ],
        institution: Need::Optional,
        lookup: None,
        speed: "SAME_DAY",
        minutes: 60,
        shape: Form::Fields(&[
            FULL_NAME,
            Field {
                placeholder: Some("DE89370400440532013000"),
                ..field("iban", "IBAN", Need::Required, Check::Iban)
            },
        ]),
    },
    Rail {
        slug: "nip-nigeria",
        name: "NIP transfer",
        currency: "NGN",
        countries: &["NG"],
        institution: Need::Optional,
        lookup: Some("account_number"),
        speed: "INSTANT",
        minutes: 10,
        shape: Form::Fields(&[
            field(
                "account_number",
                "Account number",
                Need::Required,
                Check::Digits(10, 10),
            ),
            field("full_name", "Full name", Need::Optional, Check::Text),
        ]),
    },
    Rail {
        slug: "faster-payments",
        name: "Faster Payments",
        currency: "GBP",
        countries: &["GB"],
        institution: Need::Optional,
        lookup: None,
        speed: "INSTANT",
        minutes: 15,
        shape: Form::Fields(&[
            FULL_NAME,
            field(
                "sort_code",
                "Sort code",
                Need::Required,
                Check::Digits(6, 6),
            ),
            field(
                "account_number",
                "Account number",
                Need::Required,
                Check::Digits(8, 8),
            ),
        ]),
    },
    Rail {
        slug: "cvu-cbu",
        name: "CVU or CBU transfer",
        currency: "ARS",
        countries: &["AR"],
        institution: Need::Required,
        lookup: Some("alias"),
        speed: "INSTANT",
        minutes: 10,
        shape: Form::OneOf(&[
            field("cvu", "CVU", Need::Optional, Check::Digits(22, 22)),
            field("cbu", "CBU", Need::Optional, Check::Digits(22, 22)),
            field("alias", "Alias", Need::Optional, Check::Text),
            field("phone_number", "Phone number", Need::Optional, Check::Phone),
        ]),
    },
    Rail {
        slug: "imps-neft-india",
        name: "IMPS or NEFT",
        currency: "INR",
        countries: &["IN"],
        institution: Need::Optional,
        lookup: None,
        speed: "STANDARD",
        minutes: 120,
        shape: Form::Fields(&[
            FULL_NAME,
            field("bank_name", "Bank name", Need::Required, Check::Text),
            field("ifsc_code", "IFSC code", Need::Required, Check::Ifsc),
            field(
                "account_number",
                "Account number",
                Need::Required,
                Check::Digits(9, 18),
            ),
        ]),
    },
    Rail {
        slug: "ghipss",
        name: "GhIPSS",
        currency: "GHS",
        countries: &["GH"],
        institution: Need::Required,
        lookup: None,
        speed: "INSTANT",
        minutes: 10,
        shape: Form::ByInstitution(&[
            Format {
                id: "mobile-money",
                name: "Mobile money",
                institution_types: &["MOBILE_MONEY"],
                fields: &[field(
                    "phone_number",
                    "Phone number",
                    Need::Required,
                    Check::Phone,
                )],
            },
            Format {
                id: "bank-account",
                name: "Bank account",
                institution_types: &["BANK"],
                fields: &[field(
                    "account_number",
                    "Account number",
                    Need::Required,
                    Check::Digits(10, 16),
                )],
            },
        ]),
    },
];

/// The field of a type that nobody knows. It may be left out.
pub(super) static UNKNOWN: Field = Field {
    key: "purpose",
    label: "Purpose of the payment",
    kind: "purpose_picker",
    need: Need::Optional,
    check: Check::Text,
    placeholder: None,
};

const fn institution(
    rail: &'static str,
    (country, currency): (&'static str, &'static str),
    kind: &'static str,
    (id, name, code): (&'static str, &'static str, &'static str),
) -> Institution {
    Institution {
        id,
        name,
        kind,
        rail,
        country,
        currency,
        code,
    }
}

pub(super) static INSTITUTIONS: [Institution; 9] = [
    institution(
        "nip-nigeria",
        ("NG", "NGN"),
        "BANK",
        ("access-bank", "Access Bank", "044"),
    ),
    institution(
        "nip-nigeria",
        ("NG", "NGN"),
        "BANK",
        ("gtbank", "Guaranty Trust Bank", "058"),
    ),
    institution(
        "nip-nigeria",
        ("NG", "NGN"),
        "BANK",
        ("zenith-bank", "Zenith Bank", "057"),
    ),
    institution(
        "cvu-cbu",
        ("AR", "ARS"),
        "BANK",
        ("banco-galicia", "Banco Galicia", "007"),
    ),
    institution(
        "cvu-cbu",
        ("AR", "ARS"),
        "WALLET",
        ("mercado-pago", "Mercado Pago", "0000003"),
    ),
    institution(
        "faster-payments",
        ("GB", "GBP"),
        "BANK",
        ("barclays", "Barclays", "20"),
    ),
    institution(
        "ghipss",
        ("GH", "GHS"),
        "MOBILE_MONEY",
        ("mtn-momo", "MTN MoMo", "MTN"),
    ),
    institution(
        "ghipss",
        ("GH", "GHS"),
        "BANK",
        ("gcb-bank", "GCB Bank", "040100"),
    ),
    institution(
        "iban-sepa",
        ("DE", "EUR"),
        "BANK",
        ("deutsche-bank", "Deutsche Bank", "37040044"),
    ),
];
