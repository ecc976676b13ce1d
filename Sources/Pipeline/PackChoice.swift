import Bytes
import CSV
import Lake
import Objects
import Packs

/// Which pack a lake is kept by.
///
/// The first commit keeps the text, and later runs use it. Before that it is the pack that was
/// asked for, the lake's file `groove.sql`, or the built-in one that the headers of the incoming
/// files fit.
enum PackChoice {
  static let fileName = "groove.sql"

  struct Choice {
    let pack: Pack
    /// The text to commit, where the lake does not keep it yet.
    let text: PackText?
    /// Whether all KPI tables are to be made again, because their queries changed.
    let changesTables: Bool
  }

  static func choose(
    _ asked: Pack?, _ snapshot: Snapshot, _ store: any ObjectStore
  ) throws(PipelineError) -> Choice {
    guard let kept = snapshot.pack else {
      let found = asked == nil ? try file(store) : asked
      let pack: Pack
      if let found { pack = found } else { pack = try fitting(store) }
      return Choice(
        pack: pack, text: PackText(name: pack.name, text: pack.text), changesTables: false)
    }
    let current = try parse(kept.text, kept.name)
    let found = asked == nil ? try file(store) : asked
    guard let wanted = found, wanted.text != kept.text else {
      return Choice(pack: current, text: nil, changesTables: false)
    }
    let change: PackChange
    do { change = try wanted.change(from: current) } catch { throw PipelineError(error) }
    if let column = change.addedColumns.first {
      throw PipelineError(
        Explanation(
          "cannot use", "the pack \(wanted.name)",
          because: "its table \(column.table) has the new column \(column.column), and adding "
            + "columns to a lake is not supported",
          remedy: "Make a new lake with this pack, from the files in archive/."))
    }
    return Choice(
      pack: wanted, text: PackText(name: wanted.name, text: wanted.text),
      changesTables: !change.isEmpty)
  }

  /// Whether nothing says which pack it is to be, and no CSV file has arrived to choose one by.
  static func isOpen(
    _ asked: Pack?, _ snapshot: Snapshot, _ store: any ObjectStore
  ) throws(PipelineError) -> Bool {
    if asked != nil || snapshot.pack != nil { return false }
    do {
      if try store.look(at: fileName) != nil { return false }
      let names = try store.listAll(Incoming.folder).objects.map { $0.name.lowercased() }
      return !names.contains { name in Incoming.endings.contains { name.hasSuffix($0) } }
    } catch { throw PipelineError(error) }
  }

  /// The pack that a lake is kept by already.
  static func kept(by snapshot: Snapshot) throws(PipelineError) -> Pack? {
    guard let kept = snapshot.pack else { return nil }
    return try parse(kept.text, kept.name)
  }

  private static func parse(_ text: String, _ name: String) throws(PipelineError) -> Pack {
    do { return try Pack.parse(text: text, name: name) } catch { throw PipelineError(error) }
  }

  private static func file(_ store: any ObjectStore) throws(PipelineError) -> Pack? {
    do {
      guard try store.look(at: fileName) != nil else { return nil }
      let text = String(decoding: try store.get(fileName), as: UTF8.self)
      return try Pack.parse(text: text, name: fileName)
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  /// `music` or `spotify`, whichever the incoming headers fit.
  private static func fitting(_ store: any ObjectStore) throws(PipelineError) -> Pack {
    do {
      let candidates = try Pack.detectableNames.compactMap { try Pack.builtIn(named: $0) }
      var fits: [Pack] = []
      var seen: [String] = []
      for pack in candidates {
        let incoming = try Incoming.find(in: store, tables: pack.inputs.map(\.name))
        // One file that fits is enough for a table: another that does not is refused by the run.
        var fitting: [String: Bool] = [:]
        for arrival in incoming.arrivals where fitting[arrival.table] != true {
          // A file that another run has just archived says nothing.
          guard try store.look(at: arrival.object) != nil else { continue }
          let names = try CSVHeader.names(of: try store.source(arrival.object))
          fitting[arrival.table] = pack.fits([(arrival.table, names)])
          seen.append("\(arrival.source): \(names.joined(separator: ", "))")
        }
        if !fitting.isEmpty, fitting.values.allSatisfy({ $0 }) { fits.append(pack) }
      }
      if fits.count == 1, let only = fits.first { return only }
      let names = candidates.map(\.name)
      let found =
        seen.isEmpty ? "there is no CSV file under incoming/" : seen.joined(separator: "; ")
      let which =
        fits.isEmpty
        ? "neither \(names.joined(separator: " nor "))"
        : "both \(names.joined(separator: " and "))"
      throw PipelineError(
        Explanation(
          "cannot choose", "a pack for \(store.name)",
          because: "the headers of the incoming files fit \(which) (\(found))",
          remedy: "Name one with --pack, or put a groove.sql at the root of the lake."))
    } catch { throw PipelineError(Explanation(describing: error)) }
  }
}
