"""Which zone a region or a well-known city of a large country keeps. Data only; `zones` looks things up."""

# Countries with several zones of which one is kept nearly everywhere; exceptions are among the places below.
MAIN = {
    "AR": "America/Argentina/Buenos_Aires", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "KZ": "Asia/Almaty", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent", "XK": "Europe/Belgrade",
}  # fmt: skip

# States and provinces, by code and by name. One split between zones has the zone most of its people keep.
REGIONS: dict[str, dict[str, str]] = {
    "US": {
        "America/New_York": (
            "ct de dc fl ga ma md me nc nh nj ny oh pa ri sc va vt wv connecticut delaware "
            "district_of_columbia florida georgia massachusetts maryland maine north_carolina "
            "new_hampshire new_jersey new_york ohio pennsylvania rhode_island south_carolina virginia "
            "vermont west_virginia"
        ),
        "America/Detroit": "mi michigan",
        "America/Indiana/Indianapolis": "in indiana",
        "America/Kentucky/Louisville": "ky kentucky",
        "America/Chicago": (
            "al ar ia il ks la mn mo ms nd ne ok sd tn tx wi alabama arkansas iowa illinois kansas "
            "louisiana minnesota missouri mississippi north_dakota nebraska oklahoma south_dakota "
            "tennessee texas wisconsin"
        ),
        "America/Denver": "co mt nm ut wy colorado montana new_mexico utah wyoming",
        "America/Boise": "id idaho",
        "America/Phoenix": "az arizona",
        "America/Los_Angeles": "ca nv or wa california nevada oregon washington",
        "America/Anchorage": "ak alaska",
        "Pacific/Honolulu": "hi hawaii",
    },
    "CA": {
        "America/Toronto": "on qc ontario quebec",
        "America/Halifax": "ns pe nova_scotia prince_edward_island",
        "America/Moncton": "nb new_brunswick",
        "America/St_Johns": "nl newfoundland newfoundland_and_labrador",
        "America/Winnipeg": "mb manitoba",
        "America/Regina": "sk saskatchewan",
        "America/Edmonton": "ab alberta",
        "America/Vancouver": "bc british_columbia",
        "America/Whitehorse": "yt yukon",
    },
    "AU": {
        "Australia/Sydney": "nsw act new_south_wales australian_capital_territory",
        "Australia/Melbourne": "vic victoria",
        "Australia/Brisbane": "qld queensland",
        "Australia/Adelaide": "sa south_australia",
        "Australia/Perth": "wa western_australia",
        "Australia/Hobart": "tas tasmania",
        "Australia/Darwin": "nt northern_territory",
    },
    "BR": {
        "America/Sao_Paulo": "df es go mg pr rj rs sc sp",
        "America/Fortaleza": "ce ma pb pi rn",
        "America/Recife": "pe",
        "America/Maceio": "al se",
        "America/Bahia": "ba",
        "America/Belem": "ap pa",
        "America/Manaus": "am",
    },
}

# Regions in which cities of the list below keep another time than the rest.
REGIONS_SPLIT = {
    "tx": "America/Denver", "texas": "America/Denver", "tn": "America/New_York",
    "tennessee": "America/New_York",
}  # fmt: skip

# Cities written without their region, and islands that keep another time than the mainland.
CITIES: dict[str, dict[str, str]] = {
    "CN": {
        "Asia/Hong_Kong": "hong_kong",
        "Asia/Macau": "macau macao",
    },
    "US": {
        "America/New_York": (
            "new_york_city brooklyn manhattan boston cambridge philadelphia pittsburgh washington_dc "
            "baltimore atlanta miami orlando tampa jacksonville charlotte raleigh durham cleveland "
            "columbus cincinnati buffalo newark princeton providence hartford richmond arlington "
            "charlottesville burlington fort_lauderdale knoxville chattanooga savannah stamford rockville "
            "reston bethesda new_haven gaithersburg"
        ),
        "America/Detroit": "ann_arbor grand_rapids",
        "America/Chicago": (
            "austin dallas houston san_antonio fort_worth minneapolis st_paul saint_paul milwaukee "
            "madison st_louis kansas_city nashville memphis new_orleans omaha oklahoma_city tulsa "
            "des_moines"
        ),
        "America/Denver": "boulder salt_lake_city albuquerque santa_fe park_city broomfield el_paso",
        "America/Phoenix": "scottsdale tempe tucson",
        "America/Los_Angeles": (
            "san_francisco san_fransisco san_franciso san_jose san_diego oakland berkeley palo_alto "
            "mountain_view santa_clara sunnyvale stanford santa_monica long_beach anaheim pasadena "
            "sacramento las_vegas reno seattle bellevue redmond tacoma petaluma cupertino menlo_park "
            "redwood_city san_mateo burlingame"
        ),
        "Pacific/Honolulu": "lahaina maui",
    },
    "CA": {
        "America/Toronto": ("montreal ottawa quebec_city waterloo mississauga gatineau montebello hamilton kingston"),
        "America/Edmonton": "calgary banff",
        "America/Vancouver": "victoria whistler burnaby",
        "America/Regina": "saskatoon",
    },
    "AU": {
        "Australia/Sydney": "canberra newcastle wollongong sidney",
        "Australia/Melbourne": "geelong south_wharf",
        "Australia/Brisbane": "gold_coast cairns",
        "Australia/Perth": "fremantle",
    },
    "BR": {
        "America/Sao_Paulo": (
            "rio_de_janeiro brasilia curitiba porto_alegre belo_horizonte campinas goiania maringa "
            "florianopolis vitoria ribeirao_preto chapeco sao_carlos londrina caxias_do_sul santos "
            "joinville blumenau"
        ),
        "America/Fortaleza": "natal joao_pessoa sao_luis teresina",
        "America/Recife": "porto_de_galinhas olinda",
        "America/Maceio": "aracaju",
        "America/Bahia": "salvador feira_de_santana",
        "America/Belem": "ananindeua macapa",
        "America/Manaus": "itacoatiara",
    },
    "MX": {
        "America/Mexico_City": (
            "mexico ciudad_de_mexico cdmx guadalajara puebla queretaro leon zapopan toluca puerto_vallarta"
        ),
        "America/Bahia_Banderas": "nuevo_vallarta",
        "America/Cancun": "playa_del_carmen tulum",
    },
    "RU": {
        "Europe/Moscow": (
            "saint_petersburg st_petersburg sankt-peterburg kazan nizhny_novgorod innopolis sochi tarusa "
            "rostov-on-don voronezh krasnodar"
        ),
        "Asia/Yekaterinburg": "perm chelyabinsk ufa tyumen",
    },
    "ID": {
        "Asia/Jakarta": "bandung surabaya yogyakarta badung_city medan semarang",
        "Asia/Makassar": "bali denpasar ubud lombok",
    },
    "ES": {
        "Atlantic/Canary": (
            "tenerife canarias canary_islands las_palmas gran_canaria lanzarote santa_cruz_de_tenerife "
            "fuerteventura las_palmas_de_gran_canaria"
        ),
    },
    "PT": {
        "Atlantic/Madeira": "funchal",
        "Atlantic/Azores": "ponta_delgada acores",
    },
    "CL": {
        "Pacific/Easter": "easter_island rapa_nui",
    },
    "EC": {
        "Pacific/Galapagos": "galapagos_islands",
    },
    "MN": {
        "Asia/Ulaanbaatar": "ulan_bator",
    },
    "CD": {
        "Africa/Lubumbashi": "goma bukavu",
    },
}
