//! The QR code is enlarged for a camera, and put back.

use anyhow::{Result, ensure};
use offramp_e2e::{
    Checkout,
    accounts::MEXICO,
    browser::{Device, Theme},
    checkout::keys::ESCAPE,
    journey::journey,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Code {
    is_open: bool,
    width: u32,
    is_in_view: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_as_large_as_the_screen_allows_and_closes_by_hand_and_by_key() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_deposit("100", &MEXICO).await?;
        ensure!(!code(checkout).await?.is_open);

        // Nine tenths of a phone's 390 pixels, and no more than 420 of a desk's.
        for (device, width) in [(Device::Phone, 351), (Device::Desktop, 420)] {
            checkout.browser.show(device, Theme::Light).await?;
            for by_key in [true, false] {
                checkout.press("enlarge-qr").await?;
                let shown = code(checkout).await?;
                ensure!(shown.is_open && shown.is_in_view, "{shown:?}");
                ensure!(shown.width == width, "{shown:?}");
                if by_key {
                    checkout.browser.keys(&ESCAPE.to_string()).await?;
                } else {
                    checkout.press("close-qr").await?;
                }
                let is_back = |screen: &offramp_e2e::Screen| screen.focus == "button:enlarge-qr";
                checkout.until("the focus is back", is_back).await?;
                ensure!(!code(checkout).await?.is_open);
            }
        }
        Ok(())
    })
    .await
}

async fn code(checkout: &Checkout) -> Result<Code> {
    const CODE: &str = "const root = document.querySelector('offramp-checkout').shadowRoot; \
         const dialog = root.querySelector('dialog'); \
         const { left, top, right, bottom, width } = dialog.getBoundingClientRect(); \
         return { is_open: dialog.matches(':modal'), width: Math.round(width), \
         is_in_view: left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight };";
    checkout.browser.script(CODE, &[]).await
}
