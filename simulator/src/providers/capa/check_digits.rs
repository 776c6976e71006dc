//! Check digits, which Capa's documents do not ask for (assumption U26).

/// The last digit makes up what the others, weighted 3-7-1 and taken modulo ten, lack of a ten.
pub(super) fn clabe_adds_up(clabe: &str) -> bool {
    let weights = [3, 7, 1].into_iter().cycle();
    let sum: u32 = digits(clabe)
        .take(17)
        .zip(weights)
        .map(|(digit, by)| digit * by % 10)
        .sum();
    digits(clabe).nth(17) == Some((10 - sum % 10) % 10)
}

/// The ABA checksum: all nine digits, weighted 3-7-1, make a multiple of ten.
pub(super) fn routing_number_adds_up(number: &str) -> bool {
    let weights = [3, 7, 1].into_iter().cycle();
    digits(number)
        .zip(weights)
        .map(|(digit, by)| digit * by)
        .sum::<u32>()
        % 10
        == 0
}

fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|char| char.to_digit(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Capa's own documents.
    #[test]
    fn a_clabe_ends_in_its_check_digit() {
        for clabe in ["014680260346007120", "012345678902422382"] {
            assert!(clabe_adds_up(clabe), "{clabe}");
        }
        assert!(!clabe_adds_up("014680260346007121"));
        assert!(!clabe_adds_up("041680260346007120"));
    }

    #[test]
    fn a_routing_number_makes_a_multiple_of_ten() {
        assert!(routing_number_adds_up("021000021"));
        assert!(!routing_number_adds_up("021000022"));
    }
}
