//! Which institution the first three digits of a CLABE name.

/// Codes and everyday names, in the order of the codes.
///
/// The source is Banco de México's list of SPEI participants (`banxico.org.mx/cep-scl`), as
/// mirrored in August 2026 by `cuenca-mx/clabe-python` 2.1.11; a code is the last three digits of
/// the participant's five. Left out are 901 to 903, settlement systems without accounts that a
/// payer could name. A code that is gone, such as 032 of Ixe, cannot be paid and is not here.
pub(super) const BANKS: &[(u16, &str)] = &[
    (1, "Banco de México"),
    (2, "Banamex"),
    (6, "Bancomext"),
    (9, "Banobras"),
    (12, "BBVA México"),
    (14, "Santander"),
    (19, "Banjército"),
    (21, "HSBC"),
    (30, "BanBajío"),
    (36, "Inbursa"),
    (42, "Mifel"),
    (44, "Scotiabank"),
    (58, "Banregio"),
    (59, "Invex"),
    (60, "Bansí"),
    (62, "Afirme"),
    (72, "Banorte"),
    (106, "Bank of America"),
    (108, "MUFG Bank"),
    (110, "J.P. Morgan"),
    (112, "Banco Monex"),
    (113, "Ve por Más"),
    (124, "Citi México"),
    (127, "Banco Azteca"),
    (128, "Autofin"),
    (129, "Barclays"),
    (130, "Compartamos Banco"),
    (132, "Multiva"),
    (133, "Actinver"),
    (135, "Nacional Financiera"),
    (136, "Intercam Banco"),
    (137, "BanCoppel"),
    (138, "Ualá"),
    (140, "Consubanco"),
    (141, "Volkswagen Bank"),
    (143, "CIBanco"),
    (145, "Banco Base"),
    (147, "Bankaool"),
    (148, "PagaTodo"),
    (150, "Banco Inmobiliario Mexicano"),
    (151, "Dondé Banco"),
    (152, "Bancrea"),
    (154, "Banco Covalto"),
    (155, "ICBC"),
    (156, "Banco Sabadell"),
    (157, "Shinhan Bank"),
    (158, "Mizuho Bank"),
    (159, "Bank of China"),
    (160, "Banco S3"),
    (166, "Banco del Bienestar"),
    (167, "Hey Banco"),
    (168, "Sociedad Hipotecaria Federal"),
    (600, "Monex Casa de Bolsa"),
    (601, "GBM"),
    (602, "Masari Casa de Bolsa"),
    (605, "Value Casa de Bolsa"),
    (616, "Finamex Casa de Bolsa"),
    (617, "Valmex Casa de Bolsa"),
    (620, "Profuturo"),
    (630, "Intercam Casa de Bolsa"),
    (631, "CI Casa de Bolsa"),
    (634, "Fincomún"),
    (638, "Nu México"),
    (646, "STP"),
    (652, "Credicapital"),
    (653, "Kuspit Casa de Bolsa"),
    (656, "Unagra"),
    (659, "ASP Integra Opciones"),
    (661, "Klar"),
    (670, "Libertad Servicios Financieros"),
    (677, "Caja Popular Mexicana"),
    (680, "Caja Cristóbal Colón"),
    (683, "Caja de Ahorro de los Telefonistas"),
    (684, "Transfer"),
    (685, "FIRA (Fondo)"),
    (688, "Crediclub"),
    (689, "Fondo Mexicano del Petróleo"),
    (699, "Fondeadora"),
    (703, "Tesored"),
    (706, "Arcus"),
    (710, "Nvio"),
    (714, "PPBalance MX"),
    (715, "Cashi"),
    (720, "MexPago"),
    (721, "albo"),
    (722, "Mercado Pago"),
    (723, "Cuenca"),
    (725, "Coopdesarrollo"),
    (727, "Transfer Directo"),
    (728, "Spin by OXXO"),
    (729, "Depósitos y Pagos Digitales"),
    (730, "Swap"),
    (732, "Peibo"),
    (734, "Finco Pay"),
    (738, "Fintoc"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_in_order_and_have_three_digits() {
        assert!(BANKS.is_sorted_by(|(before, _), (after, _)| before < after));
        assert!(BANKS.iter().all(|(code, _)| *code < 1000));
    }

    #[test]
    fn institutions_that_are_not_banks_are_known_too() {
        for (code, name) in [
            (638, "Nu México"),
            (646, "STP"),
            (661, "Klar"),
            (684, "Transfer"),
            (699, "Fondeadora"),
            (706, "Arcus"),
            (722, "Mercado Pago"),
            (728, "Spin by OXXO"),
        ] {
            assert!(BANKS.contains(&(code, name)), "{code} {name}");
        }
    }
}
