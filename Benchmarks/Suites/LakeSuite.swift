import Bytes
import Commands
import Objects
import Packs
import Pipeline
import Tables

extension Suite {
  /// The whole path on a local lake: CSV to tables, the tables again, one item.
  static let lake = Suite("lake") { bench in
    let rows = bench.scaled(2_000_000, smoke: 3000)
    let data = try ScratchFolder()
    let plan = Generation(
      kind: .music, rows: rows, days: bench.scaled(30, smoke: 3),
      users: bench.scaled(100_000, smoke: 100), songs: bench.scaled(20_000, smoke: 50))
    let files = try plan.write(to: data.path, threads: bench.threads).files
    let bytes = files.reduce(0) { $0 + $1.bytes }
    var options = RunOptions()
    options.pack = try Pack.builtIn(named: "music")
    options.threads = bench.threads
    let chosen = options
    func ran() throws -> (folder: ScratchFolder, kept: Int) {
      let folder = try ScratchFolder()
      for (path, _, _) in files {
        let target = "\(folder.path)/incoming/\(path.dropFirst(data.path.count + 1))"
        try FileSystem.makeFolders(FileSystem.parent(of: target))
        try FileSystem.link(path, to: target)
      }
      let report = try Pipeline.run(LocalStore(folder.path), chosen)
      let kept = report.files.filter { $0.table == "streams" }.reduce(0) { $0 + $1.rowsKept }
      return (folder, kept)
    }
    try bench.measure("run", bytes: bytes, rows: rows, expecting: rows) { try ran().kept }
    let folder = try ran().folder
    let store = LocalStore(folder.path)
    let slots = try Pipeline.rebuild(store, chosen).tables.reduce(0) { $0 + $1.rows }
    try bench.measure("rebuild", rows: rows, expecting: slots) {
      try Pipeline.rebuild(store, chosen).tables.reduce(0) { $0 + $1.rows }
    }
    let genre = try first(of: "genre", in: store)
    try bench.measure("one item by its key", rows: 1, expecting: 1) {
      try Pipeline.get(store, table: "genre_metrics", KeyRange(key: [genre, "2024-06-02"]))
        .items.count
    }
  }

  /// A genre that the lake has a row of on the second day.
  private static func first(of column: String, in store: LocalStore) throws -> String {
    let items = try Pipeline.get(store, table: "top_5_genres", KeyRange(key: ["2024-06-02"])).items
    guard let value = items.first?.json[column]?.asText else {
      throw WrongAnswer(description: "no \(column) on the second day")
    }
    return value
  }
}
