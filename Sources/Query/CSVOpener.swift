import Bytes
import CSV
import Columns
import SQL

/// Reads CSV files for a query: all columns as TEXT, or the declared ones by their types.
struct CSVOpener {
  let options: QueryOptions

  /// `csv` says how, where the query does.
  func open(
    _ paths: [String], _ csv: ReadCSV?, _ position: Position
  ) throws(QueryError) -> any TableSource {
    guard let first = paths.first else {
      throw QueryError("there are no CSV files", at: position)
    }
    let dialect = try dialect(csv?.options ?? [])
    var declared: [InputColumn] = []
    for column in csv?.columns ?? [] {
      declared.append(
        InputColumn(column.name.name, column.type.type, hasZone: column.type.hasZone))
    }
    if declared.isEmpty {
      do {
        declared = try CSVHeader.names(of: try FileSource(first), dialect: dialect).map {
          InputColumn($0, .text)
        }
      } catch let error as any Explained { throw QueryError(error) } catch {
        preconditionFailure("files are refused with explained errors")
      }
    }
    var segments: [Segment] = []
    for path in paths {
      for batch in try batches(path, declared, dialect, position) {
        segments.append(Segment(partition: nil, content: .batch(batch)))
      }
    }
    let schema = Schema(declared.map { Field($0.name, $0.type) })
    return SegmentTable(FileOpener.name(of: first), schema, segments: segments)
  }

  private func batches(
    _ path: String, _ columns: [InputColumn], _ dialect: Dialect, _ position: Position
  ) throws(QueryError) -> [ColumnBatch] {
    var reading = ReadOptions(columns: columns)
    reading.dialect = dialect
    reading.threads = options.threads
    reading.keepRejections = 1
    do {
      var reader = try CSVReader(try FileSource(path), reading)
      var batches: [ColumnBatch] = []
      while true {
        let round = try reader.next()
        if round.isEmpty { return batches }
        for part in round {
          if let rejection = part.rejections.first {
            throw QueryError(
              "\(path), line \(rejection.line): \(rejection.reason)", at: position,
              hint: "read_csv('\(path)', columns => {…}) declares other types.")
          }
          batches.append(part.batch)
        }
      }
    } catch let error as QueryError {
      throw error
    } catch let error as any Explained {
      throw QueryError(error)
    } catch { preconditionFailure("files are refused with explained errors") }
  }

  private func dialect(_ given: [Option]) throws(QueryError) -> Dialect {
    var dialect = Dialect.standard
    for option in given {
      let bytes = Array(option.value.utf8)
      switch option.name.folded {
      case "delim", "sep", "delimiter": dialect.delimiter = bytes
      case "quote": dialect.quote = bytes.first
      case "escape": dialect.escape = bytes.first
      case "nullstr": dialect.nullText = bytes
      case "skip": dialect.skipLeading = Int(option.value) ?? 0
      case "header" where option.value.lowercased() == "true": break
      default:
        throw QueryError(
          "read_csv takes no \(option.name) = \(option.value)", at: option.position,
          hint: "It takes columns, delim, quote, escape, nullstr and skip.")
      }
    }
    return dialect
  }
}
