//! Published numbers for every check: each passes, and fails when a digit of it is another one. The source of the
//! numbers stands in the row. Where a rule by design lets some errors pass, the row says which share it must catch.

use super::{iban, iban_length, luhn, national as id, parcel, trade};

/// A check and the share of single-digit errors, in per cent, that it catches at least.
struct Row {
    name: &'static str,
    check: fn(&str) -> bool,
    catches: usize,
    source: &'static str,
    numbers: &'static [&'static str],
}

const fn row(
    name: &'static str,
    check: fn(&str) -> bool,
    catches: usize,
    source: &'static str,
    numbers: &'static [&'static str],
) -> Row {
    Row { name, check, catches, source, numbers }
}

/// Numbers from the authorities' own leaflets where they print one, else from the documentation of python-stdnum and the
/// articles of Wikipedia, which quote them.
const ROWS: &[Row] = &[
    row(
        "luhn",
        luhn,
        100,
        "ISO/IEC 7812-1; test cards of Visa, Amex, Discover",
        &["4111111111111111", "378282246310005", "6011000990139424", "17893729974", "79927398713"],
    ),
    row("ca-sin", id::ca_sin, 100, "python-stdnum ca.sin; Wikipedia", &["123456782", "130692544"]),
    row("uk-nhs", id::uk_nhs, 100, "NHS Data Dictionary; python-stdnum gb.nhs", &["9434765870", "9434765919"]),
    row(
        "ie-pps",
        id::ie_pps,
        100,
        "Revenue; python-stdnum ie.pps",
        &["6433435F", "6433435OA", "1234567T", "1234567FA"],
    ),
    row(
        "fr-nir",
        id::fr_nir,
        100,
        "INSEE; python-stdnum fr.nir",
        &["295109912611193", "253072B07300470", "255081416802538"],
    ),
    row("fr-spi", id::fr_spi, 100, "python-stdnum fr.nif", &["3023217600053"]),
    row(
        "de-tax",
        id::de_tax,
        100,
        "Bundeszentralamt für Steuern; python-stdnum de.idnr",
        &["36574261809", "86095742719"],
    ),
    row("de-pension", id::de_pension, 80, "Deutsche Rentenversicherung, VKVV §4", &["15070649C103"]),
    row("de-health", id::de_health, 100, "GKV-Spitzenverband, KVNR Anlage 1", &["A123456780"]),
    row("de-vat", id::de_vat, 100, "python-stdnum de.vat", &["DE136695976"]),
    row("icao", id::icao, 80, "ICAO 9303 part 3, appendix A", &["L898902C36", "D231458907"]),
    row(
        "es-nif",
        id::es_nif,
        100,
        "Ministerio del Interior; python-stdnum es.dni, es.nie",
        &["54362315K", "12345678Z", "X2482300W"],
    ),
    row("es-cif", trade::es_cif, 100, "python-stdnum es.cif", &["J99216582", "A58818501"]),
    row(
        "it-fiscal",
        id::it_fiscal,
        100,
        "Agenzia delle Entrate; python-stdnum it.codicefiscale",
        &["RCCMNL83S18D969H", "RSSMRA85T10A562S"],
    ),
    row("it-vat", id::it_vat, 100, "python-stdnum it.iva", &["00743110157"]),
    row("pt-nif", id::pt_nif, 80, "python-stdnum pt.nif", &["501964843", "123456789"]),
    row("pt-citizen-card", trade::pt_citizen_card, 100, "Cartão de Cidadão, validação de número", &["000000000ZZ4"]),
    row("nl-bsn", id::nl_bsn, 100, "python-stdnum nl.bsn", &["111222333"]),
    row("br-cpf", id::br_cpf, 95, "python-stdnum br.cpf", &["39053344705", "52998224725"]),
    row("br-cnpj", id::br_cnpj, 95, "python-stdnum br.cnpj", &["16727230000197", "11222333000181"]),
    row("mx-curp", trade::mx_curp_digit, 80, "RENAPO; python-stdnum mx.curp", &["BOXW310820HNERXN09"]),
    row("au-tfn", id::au_tfn, 100, "Wikipedia; python-stdnum au.tfn", &["123456782"]),
    row("au-abn", id::au_abn, 100, "Australian Business Register", &["51824753556", "83914571673"]),
    row("au-medicare", id::au_medicare, 90, "Services Australia, provider guide", &["2123456701"]),
    row("in-aadhaar", id::in_aadhaar, 100, "UIDAI; python-stdnum in_.aadhaar", &["234123412346"]),
    row("in-gstin", trade::in_gstin, 100, "GSTN; python-stdnum in_.gstin", &["27AAPFU0939F1ZV"]),
    row("at-svnr", id::at_svnr, 100, "Sozialversicherung; python-stdnum at.vnr", &["1237010180"]),
    row("ch-ahv", id::ch_ahv, 100, "Zentrale Ausgleichsstelle; python-stdnum ch.ssn", &["7569217076985"]),
    row("be-national", id::be_national, 95, "python-stdnum be.nn", &["85073003328", "17073003384"]),
    row("pl-pesel", id::pl_pesel, 100, "python-stdnum pl.pesel", &["44051401359"]),
    row("pl-nip", trade::pl_nip, 100, "python-stdnum pl.nip", &["8567346215"]),
    row(
        "se-personal",
        id::se_personal,
        100,
        "Skatteverket SKV 704; python-stdnum se.personnummer",
        &["8803200016", "8112189876"],
    ),
    row("no-birth", id::no_birth, 100, "Skatteetaten; python-stdnum no.fodselsnummer", &["15108695088", "01010112377"]),
    row("fi-hetu", id::fi_hetu, 100, "Digi- ja väestötietovirasto; python-stdnum fi.hetu", &["131052-308T"]),
    row("tr-identity", id::tr_identity, 100, "python-stdnum tr.tckimlik", &["17291716060", "10000000146"]),
    row("sg-nric", id::sg_nric, 100, "Wikipedia, National Registration Identity Card", &["S1234567D"]),
    row("jp-my-number", id::jp_my_number, 80, "総務省令第八十五号 (2014), article 5", &["123456789018"]),
    row("th-identity", id::th_identity, 80, "python-stdnum th.pin", &["3100600445635", "1101700207030"]),
    row("za-identity", id::za_identity, 100, "python-stdnum za.idnr", &["7503305044089", "8001015009087"]),
    row("cn-identity", id::cn_identity, 100, "GB 11643-1999, annex", &["11010519491231002X", "440524188001010014"]),
    row("us-npi", id::us_npi, 100, "CMS, NPI check digit", &["1234567893"]),
    row("us-dea", id::us_dea, 80, "DEA Diversion Control, practitioner's manual", &["AB1234563"]),
    row("us-routing", parcel::us_routing, 100, "ABA; python-stdnum us.rtn", &["111000025", "021000021"]),
    row("mx-clabe", parcel::mx_clabe, 100, "Banco de México", &["032180000118359719"]),
    row("s10", parcel::s10, 80, "UPU S10-12, example", &["RB123456785GB", "EE123456785US"]),
    row("ups", parcel::ups, 80, "UPS, tracking number check digit", &["1Z999AA10123456784", "1Z5R89390357567127"]),
    row("fedex", parcel::fedex, 80, "FedEx, Ship Manager guide", &["986578788855", "477179081230"]),
    row(
        "gs1",
        parcel::gs1,
        100,
        "USPS Publication 199; GS1 General Specifications",
        &["9205590164917312751089", "041441760228964"],
    ),
    row("dhl-express", parcel::dhl_express, 80, "DHL Express, waybill check digit", &["3318810025"]),
    row("vin", parcel::vin, 90, "49 CFR 565.15; ISO 3779", &["1M8GDM9AXKP042788", "11111111111111111"]),
    row("uk-utr", trade::uk_utr, 80, "python-stdnum gb.utr", &["1955839661"]),
];

/// The number with every digit at every place.
fn single_errors(number: &str) -> Vec<String> {
    let places = number.char_indices().filter(|(_, right)| right.is_ascii_digit());
    let wrong = |(place, right): (usize, char)| {
        let others = ('0'..='9').filter(move |digit| *digit != right);
        others.map(move |digit| {
            let swap = |(at, old)| if at == place { digit } else { old };
            number.char_indices().map(swap).collect()
        })
    };
    places.flat_map(wrong).collect()
}

#[test]
fn published_numbers_pass_and_single_errors_fail() {
    for Row { name, check, catches, source, numbers } in ROWS {
        assert!(!source.is_empty(), "{name}");
        for number in *numbers {
            assert!(check(number), "{name} {number} ({source})");
            let errors = single_errors(number);
            let caught = errors.iter().filter(|wrong| !check(wrong)).count();
            assert!(caught * 100 >= errors.len() * catches, "{name} {number}: {caught} of {}", errors.len());
        }
    }
}

#[test]
fn rules_of_form_alone() {
    let check = |rule: fn(&str) -> bool, right: &[&str], wrong: &[&str]| {
        for number in right {
            assert!(rule(number), "{number}");
        }
        for number in wrong {
            assert!(!rule(number), "{number}");
        }
    };
    check(id::us_ssn, &["536904399", "001010001"], &["000904399", "666904399", "536004399", "536900000"]);
    check(id::uk_nino, &["AB123456C", "ZY123456D"], &["QQ123456C", "BG123456A", "AO123456A", "AB123456E"]);
    check(id::mx_rfc, &["GODE561231GR8", "MAB9307148T4"], &["GODE561331GR8"]);
    check(id::mx_curp, &["BOXW310820HNERXN09"], &["BOXW311320HNERXN09", "BOXW310820ZNERXN09"]);
    check(id::in_pan, &["ACUPA7085R"], &["ABMXA3211G"]);
    check(id::kr_rrn, &["9710131234567"], &["9713131234567", "9710139234567"]);
    check(id::dk_cpr, &["2110625629"], &["5110625629"]);
}

/// Every number of five digits has exactly one Luhn digit, and a swap of neighbours is caught but for 09 and 90.
#[test]
fn luhn_is_right_for_every_number_of_five_digits() {
    for number in 0..100_000_u32 {
        let right: Vec<String> = (0..10).map(|check| format!("{number:05}{check}")).filter(|text| luhn(text)).collect();
        let [right] = right.as_slice() else { panic!("{number} has not one check digit") };
        let mut swapped: Vec<char> = right.chars().collect();
        swapped.swap(3, 4);
        let same = swapped[3] == swapped[4] || matches!((swapped[3], swapped[4]), ('0', '9') | ('9', '0'));
        assert_eq!(luhn(&swapped.iter().collect::<String>()), same, "{right}");
    }
}

/// Verhoeff's scheme catches every wrong digit and every swap of neighbours.
#[test]
fn verhoeff_catches_every_swap() {
    for serial in 0..1_000_u32 {
        let body = format!("2{:010}", u64::from(serial) * 9_999_991 % 10_000_000_000);
        let right: Vec<String> =
            (0..10).map(|check| format!("{body}{check}")).filter(|text| id::in_aadhaar(text)).collect();
        let [right] = right.as_slice() else { panic!("{body} has not one check digit") };
        for place in 1..11 {
            let mut swapped: Vec<char> = right.chars().collect();
            swapped.swap(place, place + 1);
            assert_eq!(id::in_aadhaar(&swapped.iter().collect::<String>()), swapped[place] == swapped[place + 1]);
        }
    }
}

/// The examples of the SWIFT IBAN registry, one of each country in it.
const IBANS: &str = "\
    AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 \
    AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456 \
    BI4210000100010000332045181 BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 \
    CR05015202001026284066 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 \
    DJ2100010000000154000100186 DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685 \
    EG380019000500000000263180002 ES9121000418450200051332 FI2112345600000785 FK88SC123456789012 FO6264600001631634 \
    FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 GI75NWBK000000007099453 \
    GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 HN88CABF00000000000250005469 \
    HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678 IL620108000000099999999 \
    IQ98NBIQ850123456789012 IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 \
    KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 \
    LC55HEMM000100010012001200023015 LI21088100002324013AA LT121000011101001000 LU280019400644750000 \
    LV80BANK0000435195001 LY83002048000020100120361 MC5811222000010123456789030 MD24AG000225100013104168 \
    ME25505000012345678951 MK07250120000058984 MN121234123456789123 MR1300020001010000123456753 \
    MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR NI45BAPR00000013000003558124 NL91ABNA0417164300 \
    NO9386011117947 OM810180000001299123456 PK36SCBL0000001123456702 PL61109010140000071219812874 \
    PS92PALS000000000400123456702 PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG RO49AAAA1B31007593840000 \
    RS35260005601001611379 RU0304452522540817810538091310419 SA0380000000608010167519 \
    SC18SSCB11010000000000001497USD SD2129010501234001 SE4550000000058398257466 SI56263300012039086 \
    SK3112000000198742637541 SM86U0322509800000000270100 SO211000001001000100141 ST23000100010051845310146 \
    SV62CENR00000000000000700025 TL380080012345678910157 TN5910006035183598478831 TR330006100519786457841326 \
    UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901 XK051212012345678906 \
    YE15CBYE0001018861234567891234";

#[test]
fn the_example_of_every_country_in_the_registry_passes() {
    for example in IBANS.split_ascii_whitespace() {
        assert!(iban(example), "{example}");
        let (country, rest) = example.split_at(2);
        assert_eq!(iban_length(country), Some(example.len()), "{example}");
        assert!(single_errors(rest).iter().all(|wrong| !iban(&format!("{country}{wrong}"))), "{example}");
    }
    assert_eq!(IBANS.split_ascii_whitespace().count(), 89);
}
