//! An address as people compare it: whole, in groups of four, its ends marked.

use leptos::prelude::*;
use offramp_domain::api::TransferToAddress;

use crate::{
    context::words,
    i18n::fill,
    ui::unique_id,
    view::{View, view},
};

/// Characters that stand together.
const GROUP: usize = 4;

/// Characters that are marked at each end.
const END: usize = 6;

/// The whole address, under the name of its network. One press selects it; what is copied has no
/// blank and no line break, because the gaps are margins.
#[component]
pub(super) fn Address(transfer: TransferToAddress) -> View {
    let words = &words().deposit;
    let TransferToAddress {
        network, address, ..
    } = transfer;
    let label = fill(words.address(), &[("network", network.name())]);
    let label_id = unique_id("address");
    let groups = groups(&address).into_iter().map(|group| {
        view! {
            <span class="checkout-address__group">
                {group
                    .into_iter()
                    .map(|run| {
                        let class = match run.weight {
                            Weight::End => "checkout-address__end",
                            Weight::Middle => "checkout-address__middle",
                        };
                        view! { <span class=class>{run.text}</span> }
                    })
                    .collect::<Vec<_>>()}
            </span>
            <wbr />
        }
    });
    view! {
        <div class="checkout-step__group">
            <p class="checkout-field__label" id=label_id.clone()>
                {label}
            </p>
            <div
                class="checkout-address"
                part="address"
                role="group"
                aria-labelledby=label_id
                data-testid="deposit-address"
                translate="no"
            >
                {groups.collect::<Vec<_>>()}
            </div>
        </div>
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// Among the first or the last characters.
    End,
    /// Between them.
    Middle,
}

/// Neighbours within a group that weigh the same.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    weight: Weight,
    text: String,
}

fn groups(address: &str) -> Vec<Vec<Run>> {
    let characters: Vec<char> = address.chars().collect();
    let last = characters.len().saturating_sub(END);
    let mut groups = Vec::new();
    for (index, chunk) in characters.chunks(GROUP).enumerate() {
        let mut group: Vec<Run> = Vec::new();
        for (place, character) in (index * GROUP..).zip(chunk) {
            let weight = if place < END || place >= last {
                Weight::End
            } else {
                Weight::Middle
            };
            match group.last_mut() {
                Some(run) if run.weight == weight => run.text.push(*character),
                Some(_) | None => group.push(Run {
                    weight,
                    text: character.to_string(),
                }),
            }
        }
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "0x7796d4f304bd84171ee6730ad0f69c07a47e786d";

    #[test]
    fn nothing_is_added_and_nothing_is_lost() {
        let text: String = groups(ADDRESS)
            .iter()
            .flatten()
            .map(|run| run.text.as_str())
            .collect();
        assert_eq!(text, ADDRESS);
    }

    #[test]
    fn six_characters_are_marked_at_each_end() {
        let marked: Vec<_> = groups(ADDRESS)
            .into_iter()
            .flatten()
            .filter(|run| run.weight == Weight::End)
            .map(|run| run.text)
            .collect();
        assert_eq!(marked, ["0x77", "96", "7e78", "6d"]);
    }

    #[test]
    fn a_group_has_four_characters() {
        let groups = groups(ADDRESS);
        assert_eq!(groups.len(), 11);
        assert_eq!(
            groups[0],
            [Run {
                weight: Weight::End,
                text: "0x77".to_owned()
            }]
        );
    }
}
