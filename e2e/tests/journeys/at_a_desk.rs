//! On a wide screen, questions stand side by side.

use anyhow::{Result, ensure};
use offramp_e2e::{
    accounts::UNITED_STATES,
    browser::Device,
    journey::{Settings, journey_of},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neighbours_stand_on_one_line_however_long_their_labels_are() -> Result<()> {
    const MIDDLES: &str = "const root = document.querySelector('offramp-checkout').shadowRoot; \
         return arguments[0].map((name) => { \
         const { top, height } = root.querySelector(`[name=${name}]`).getBoundingClientRect(); \
         return Math.round(top + height / 2); });";
    let settings = Settings {
        device: Device::Desktop,
        ..Settings::default()
    };
    journey_of(settings, async |journey| {
        let checkout = journey.open().await?;
        checkout.to_bank("100", &UNITED_STATES).await?;
        checkout.answer("holder_type", "individual").await?;
        checkout.press("continue").await?;
        checkout.text("error-summary").await?;
        for names in [
            ["first_name", "last_name"],
            ["city", "state"],
            ["postal_code", "address_country"],
        ] {
            let names = [json!(names)];
            let middles: Vec<i32> = checkout.browser.script(MIDDLES, &names).await?;
            ensure!(middles[0] == middles[1], "{names:?}: {middles:?}");
        }
        Ok(())
    })
    .await
}
