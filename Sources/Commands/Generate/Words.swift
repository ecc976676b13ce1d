/// The words that synthetic names and titles are made of.
enum Words {
  static let genres = split(
    """
    acoustic afrobeat alt-rock alternative ambient anime black-metal bluegrass blues brazil \
    breakbeat british cantopop chicago-house children chill classical club comedy country dance \
    dancehall death-metal deep-house detroit-techno disco disney drum-and-bass dub dubstep edm \
    electro electronic emo folk forro french funk garage german gospel goth grindcore groove \
    grunge guitar happy hard-rock hardcore hardstyle heavy-metal hip-hop honky-tonk house idm \
    indian indie indie-pop industrial iranian j-dance j-idol j-pop j-rock jazz k-pop kids latin \
    latino malay mandopop metal metalcore minimal-techno mpb new-age opera pagode party piano pop \
    pop-film power-pop progressive-house psych-rock punk punk-rock r-n-b reggae reggaeton rock \
    rock-n-roll rockabilly romance sad salsa samba schlager sertanejo show-tunes \
    singer-songwriter ska sleep soul spanish study swedish synth-pop tango techno trance trip-hop \
    turkish world-music
    """)

  static let adjectives = split(
    """
    Silent Golden Electric Broken Midnight Crimson Distant Velvet Hollow Neon Wild Gentle Frozen \
    Burning Paper Silver Lonely Secret Restless Amber Hidden Endless Fading Sudden Tender Bright
    """)

  static let nouns = split(
    """
    River Heart Summer City Dream Shadow Ocean Road Mirror Garden Signal Thunder Window Horizon \
    Letter Station Harbor Fire Winter Echo Planet Satellite Bridge Morning Engine Forest
    """)

  /// Titles that are not ASCII.
  static let foreign = [
    "Café del Mar", "Noche Estrellada", "Über den Wolken", "Ночной поезд", "夜に駆ける", "봄날",
    "Água Viva", "Søndag", "Żółty liść", "Γη και ουρανός", "ليلة", "Été 🎵",
  ]

  static let firstNames = split(
    """
    Norma Jorge Ana Emeka Yuki Priya Lars Chloé Mateo Fatima Ivan Grace Tomás Ingrid Kwame Mei \
    Oliver Zoë Hassan Lucía Björn Amina Noah Elif Paulo Sofia
    """)

  static let lastNames = split(
    """
    Fisher Sullivan García Okafor Tanaka Sharma Nielsen Dubois O'Brien Hassan Petrov Johnson \
    Novák Larsen Mensah Chen Walker Müller Silva Yılmaz Rossi Kowalski Costa Ahmed Berg Young
    """)

  static let countries = [
    "United States", "Canada", "United Kingdom", "Germany", "Brazil", "Korea, Republic of",
  ]

  /// `Silent River`, now and then with a comma, quotes or letters that are not ASCII.
  static func title(_ chance: inout Chance) -> String {
    let plain = "\(pick(adjectives, &chance)) \(pick(nouns, &chance))"
    switch chance.below(32) {
    case 0, 1: return "\(plain), Pt. \(chance.below(4) + 2)"
    case 2: return "The \"\(pick(adjectives, &chance))\" \(pick(nouns, &chance))"
    case 3: return pick(foreign, &chance)
    case 4: return "\(plain) (feat. \(name(&chance)))"
    default: return plain
    }
  }

  static func artist(_ chance: inout Chance) -> String {
    switch chance.below(16) {
    case 0: "The \(pick(nouns, &chance))s, Live"
    case 1, 2: "The \(pick(adjectives, &chance)) \(pick(nouns, &chance))s"
    default: name(&chance)
    }
  }

  static func name(_ chance: inout Chance) -> String {
    "\(pick(firstNames, &chance)) \(pick(lastNames, &chance))"
  }

  static func pick(_ words: [String], _ chance: inout Chance) -> String {
    words[chance.below(words.count)]
  }

  private static func split(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "\n" }.map(String.init)
  }
}
