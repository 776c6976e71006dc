//! The account that is paid: how it is asked for, and what a payer's answers make of it.

use futures::future::join_all;
use offramp_domain::{
    api::{
        self, CountryOffer, DestinationRequest, ErrorCode, Form, MaskedDestination,
        SavedDestination,
    },
    bank::{CountryCode, ListedDetails},
};
use regex::Regex;
use tracing::warn;

use super::Engine;
use crate::{
    error::ApiError,
    provider::{Payee, Provider},
    secrets::new_id,
    store::{Destination, StoreError, StoredQuote, StoredSession},
};

impl Engine {
    /// Everywhere that a provider pays, and how the account is asked for there.
    ///
    /// # Errors
    /// When the provider can say it of no country.
    pub async fn countries(&self, provider: &dyn Provider) -> Result<Vec<CountryOffer>, ApiError> {
        let listed = self.catalogs.of(provider.name()).countries();
        let forms = join_all(listed.iter().map(|listed| provider.form(listed.country))).await;
        let mut offers = Vec::with_capacity(listed.len());
        let mut refusal = None;
        for (listed, form) in listed.iter().zip(forms) {
            match form {
                Ok(form) => offers.push(CountryOffer {
                    country: listed.country,
                    currency: listed.country.country().currency,
                    min: listed.min,
                    max: listed.max,
                    form,
                }),
                Err(error) => {
                    warn!(
                        provider = provider.name(),
                        country = listed.country.as_str(),
                        error = &error as &dyn std::error::Error,
                        "the provider does not say how an account is asked for"
                    );
                    refusal = Some(error);
                }
            }
        }
        match refusal {
            Some(error) if offers.is_empty() => Err(error.into()),
            Some(_) | None => Ok(offers),
        }
    }

    /// A payer's saved accounts, as the widget reads them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn saved_destinations(
        &self,
        payer_id: &str,
    ) -> Result<Vec<SavedDestination>, StoreError> {
        let saved = self.store.destinations(payer_id).await?;
        Ok(saved.into_iter().map(shown).collect())
    }

    /// Saves an account at the provider. The same account is saved once.
    ///
    /// # Errors
    /// Answers that are refused, here or by the provider.
    pub async fn save_destination(
        &self,
        session: &StoredSession,
        request: &DestinationRequest,
    ) -> Result<SavedDestination, ApiError> {
        let provider = self.session_provider(session)?;
        if !saves_first(provider) {
            return Err(ApiError::invalid_request("this provider keeps no accounts"));
        }
        let country = request.country;
        if self.catalogs.of(provider.name()).country(country).is_none() {
            return Err(ApiError::new(ErrorCode::AssetUnavailable));
        }
        let Form::Fields { fields: form } = provider.form(country).await? else {
            return Err(ApiError::invalid_request("this provider keeps no accounts"));
        };
        let details = accept(country, &form, &request.fields)?;
        // The same number under another name is another account.
        let whole = whole(&details);
        let known = self.store.destinations(&session.payer.id).await?;
        let is_known = |saved: &Destination| {
            let secrets = self.store.secrets();
            saved.shown.country == country && secrets.is_fingerprint(&saved.fingerprint, &whole)
        };
        if let Some(saved) = known.into_iter().find(is_known) {
            return Ok(shown(saved));
        }
        let account = provider.save_account(&session.payer.user, &details).await?;
        let saved = Destination {
            id: new_id("dst"),
            account: account.account,
            shown: MaskedDestination {
                country,
                bank_name: account.bank_name.or_else(|| details.bank_name()),
                masked: details.masked(),
            },
            fingerprint: self.store.secrets().fingerprint(&whole),
        };
        let payer_id = &session.payer.id;
        self.store
            .insert_destination(payer_id, &saved, self.now())
            .await?;
        Ok(shown(saved))
    }

    /// Removes a saved account, at the provider first.
    ///
    /// # Errors
    /// When there is none, or the provider still needs it.
    pub async fn remove_destination(
        &self,
        session: &StoredSession,
        id: &str,
    ) -> Result<(), ApiError> {
        let payer = &session.payer;
        let saved = self.store.destination(&payer.id, id).await?;
        let saved = saved.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
        let provider = self.session_provider(session)?;
        provider.remove_account(&payer.user, &saved.account).await?;
        self.store
            .remove_destination(&payer.id, id, self.now())
            .await?;
        Ok(())
    }

    /// What a payer's answers make of the account that an order pays.
    ///
    /// # Errors
    /// Answers that are refused, or an account of a kind that the provider does not take.
    pub async fn payee(
        &self,
        session: &StoredSession,
        provider: &dyn Provider,
        quote: &StoredQuote,
        destination: api::Destination,
    ) -> Result<Payee, ApiError> {
        match destination {
            api::Destination::BankAccount { country, fields } => {
                same_country(quote, country)?;
                match provider.form(country).await? {
                    Form::BuiltIn => {
                        let answers = api::answers(&fields).map_err(ApiError::invalid_fields)?;
                        Ok(Payee::Given(country.country().accept(&answers)?))
                    }
                    Form::Fields { fields: form } if !saves_first(provider) => {
                        Ok(Payee::Listed(accept(country, &form, &fields)?))
                    }
                    Form::Fields { .. } => Err(ApiError::invalid_request(
                        "this provider pays saved destinations",
                    )),
                    Form::Registered { .. } => Err(ApiError::invalid_request(
                        "this provider pays the account given at registration",
                    )),
                }
            }
            api::Destination::Registered { fields } => match provider.form(quote.country).await? {
                Form::Registered { fields: form } => {
                    Ok(Payee::Registered(accept(quote.country, &form, &fields)?))
                }
                Form::BuiltIn | Form::Fields { .. } => Err(ApiError::invalid_request(
                    "this provider keeps no account from the registration",
                )),
            },
            api::Destination::Saved { id } => {
                if !saves_first(provider) {
                    return Err(ApiError::invalid_request("this provider keeps no accounts"));
                }
                if quote.destination.as_deref() != Some(id.as_str()) {
                    return Err(ApiError::invalid_request(
                        "the price was asked for with another destination",
                    ));
                }
                let saved = self.store.destination(&session.payer.id, &id).await?;
                let saved = saved.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
                Ok(Payee::Saved {
                    account: saved.account,
                    shown: saved.shown,
                    fingerprint: saved.fingerprint,
                })
            }
        }
    }

    /// The keyed fingerprint of the account that is paid.
    pub(super) fn fingerprint(&self, payee: &Payee) -> String {
        let secrets = self.store.secrets();
        match payee {
            Payee::Given(details) => secrets.fingerprint(details.account()),
            Payee::Listed(details) | Payee::Registered(details) => {
                secrets.fingerprint(details.account())
            }
            Payee::Saved { fingerprint, .. } => fingerprint.clone(),
        }
    }
}

fn saves_first(provider: &dyn Provider) -> bool {
    provider.capabilities().quote_needs_destination
}

/// All answers in one text.
fn whole(details: &ListedDetails) -> String {
    let answers = details.fields().iter();
    let lines: Vec<_> = answers
        .map(|(key, answer)| format!("{key}={answer}"))
        .collect();
    lines.join("\n")
}

/// As the widget reads it.
pub(super) fn shown(saved: Destination) -> SavedDestination {
    SavedDestination {
        id: saved.id,
        country: saved.shown.country,
        bank_name: saved.shown.bank_name,
        masked: saved.shown.masked,
    }
}

/// Answers to a provider's questions, as far as anybody but the provider can check them.
pub(super) fn accept(
    country: CountryCode,
    form: &[api::FormField],
    answers: &[(String, String)],
) -> Result<ListedDetails, ApiError> {
    ListedDetails::accept(country, form, answers, matches).map_err(ApiError::invalid_fields)
}

/// Whether a whole answer matches. A pattern that cannot be read is left to the provider.
fn matches(pattern: &str, answer: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).map_or(true, |pattern| pattern.is_match(answer))
}

/// The country of a stored quote has to be the one that is paid.
fn same_country(quote: &StoredQuote, country: CountryCode) -> Result<(), ApiError> {
    if quote.country == country {
        Ok(())
    } else {
        Err(ApiError::invalid_request(
            "the bank account is in another country than the quote's",
        ))
    }
}
