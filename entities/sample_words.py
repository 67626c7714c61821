"""The words that sample data are made of.

Names of people come with their spelling in an email address.
"""

FIRST_NAMES = (
    ("Ada", "ada"), ("Amara", "amara"), ("André", "andre"), ("Beatriz", "beatriz"), ("Björn", "bjoern"),
    ("Chloë", "chloe"), ("Daniel", "daniel"), ("Elif", "elif"), ("Emma", "emma"), ("François", "francois"),
    ("George", "george"), ("Grace", "grace"), ("Hana", "hana"), ("Ioana", "ioana"), ("Jakub", "jakub"),
    ("José", "jose"), ("Kwame", "kwame"), ("Łukasz", "lukasz"), ("Maja", "maja"), ("Nadia", "nadia"),
    ("Noah", "noah"), ("Ольга", "olga"), ("Priya", "priya"), ("Rosa", "rosa"), ("Søren", "soeren"),
    ("Thảo", "thao"), ("Uma", "uma"), ("Yusuf", "yusuf"), ("Zoë", "zoe"), ("美咲", "misaki"), ("Ελένη", "eleni"),
    ("مريم", "maryam"),
)  # fmt: skip
LAST_NAMES = (
    ("Andersson", "andersson"), ("Baker", "baker"), ("Çelik", "celik"), ("Dvořák", "dvorak"),
    ("Fernández", "fernandez"), ("García", "garcia"), ("Green", "green"), ("Haddad", "haddad"),
    ("Ivanova", "ivanova"), ("Jansen", "jansen"), ("Kowalski", "kowalski"), ("Lovelace", "lovelace"),
    ("Mensah", "mensah"), ("Müller", "mueller"), ("Nguyễn", "nguyen"), ("Obrien", "obrien"),
    ("Okafor", "okafor"), ("Papadopoulos", "papadopoulos"), ("Patel", "patel"), ("Rossi", "rossi"),
    ("Sato", "sato"), ("Șerban", "serban"), ("Silva", "silva"), ("Smith", "smith"), ("Taylor", "taylor"),
    ("van den Berg", "vandenberg"), ("Wagner", "wagner"), ("Williams", "williams"), ("Young", "young"),
    ("Ørsted", "oersted"), ("佐藤", "sato"), ("김", "kim"),
)  # fmt: skip
CITIES = (
    ("Albuquerque", "New Mexico", 87102), ("Anchorage", "Alaska", 99501), ("Atlanta", "Georgia", 30303),
    ("Boise", "Idaho", 83702), ("Burlington", "Vermont", 5401), ("Cañon City", "Colorado", 81212),
    ("Chicago", "Illinois", 60601), ("Denver", "Colorado", 80202), ("Española", "New Mexico", 87532),
    ("Hilo", "Hawaii", 96720), ("Houston", "Texas", 77002), ("Madison", "Wisconsin", 53703),
    ("Mayagüez", "Puerto Rico", 680), ("Nashville", "Tennessee", 37201), ("Portland", "Oregon", 97201),
    ("San José", "California", 95113), ("Savannah", "Georgia", 31401), ("Seattle", "Washington", 98101),
    ("Tucson", "Arizona", 85701), ("Worcester", "Massachusetts", 1608),
)  # fmt: skip
STREETS = (
    "Birch Lane", "Canal Street", "Cedar Avenue", "Church Road", "Elm Street", "Garden Way", "Harbor Drive",
    "Hill Road", "Lake View", "Library Square", "Maple Avenue", "Market Street", "Mill Lane", "Orchard Road",
    "River Street", "Station Road",
)  # fmt: skip
QUALITIES = ("Compact", "Everyday", "Folding", "Large", "Light", "Plain", "Sturdy", "Small")
MATERIALS = (
    "Ash", "Bamboo", "Brass", "Cork", "Cotton", "Felt", "Glass", "Leather", "Linen", "Steel", "Stoneware",
    "Wool",
)  # fmt: skip
THINGS = (
    "Apron", "Basket", "Blanket", "Bowl", "Café table", "Chair", "Cup", "Jug", "Lamp", "Notebook",
    "Pencil case", "Tray",
)  # fmt: skip
REMARKS = (
    "repairable",
    "made to order",
    "in three sizes",
    "washable",
    "with a ten-year guarantee",
    "packed flat",
)
