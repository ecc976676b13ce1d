/// The packs that are part of the program: texts that say no more than a pack of one's own can.
extension Pack {
  /// Those that are tried in turn where a lake names none, and then those that must be named.
  package static let builtInNames = [
    "music", "spotify", "spotify-minutes", "spotify-glue", "spotify-tracks",
  ]

  /// The packs that a lake without one is tried with, by the headers of its files.
  package static let detectableNames = ["music", "spotify"]

  /// The text of the pack called `name`; nil where there is none. Packs have parts in common: the
  /// input tables, and the KPI tables over a view `plays` that each makes of its own inputs.
  package static func builtInText(named name: String) -> String? {
    let inputs = PackageResources.spotify_inputs_sql
    let parts: [[UInt8]]
    switch name {
    case "music": parts = [PackageResources.music_sql, PackageResources.plays_kpis_sql]
    case "spotify":
      parts = [
        inputs, PackageResources.spotify_sql, PackageResources.plays_kpis_sql,
        PackageResources.spotify_genres_sql,
      ]
    case "spotify-minutes": parts = [inputs, PackageResources.spotify_minutes_sql]
    case "spotify-glue": parts = [inputs, PackageResources.spotify_glue_sql]
    case "spotify-tracks": parts = [inputs, PackageResources.spotify_tracks_sql]
    default: return nil
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }

  /// The pack called `name`; nil where there is none.
  package static func builtIn(named name: String) throws(PackError) -> Pack? {
    guard let text = builtInText(named: name) else { return nil }
    return try parse(text: text, name: name)
  }

  /// All of them, in the order of their names above.
  package static var builtIn: [Pack] {
    get throws(PackError) {
      var packs: [Pack] = []
      for name in builtInNames {
        if let pack = try builtIn(named: name) { packs.append(pack) }
      }
      return packs
    }
  }
}
