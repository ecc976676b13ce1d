import Bytes
import Foundation
import TestSupport
import Testing

@Suite struct `The built program that watches` {
  /// `await CONDITION`: waits for it for a while.
  static let waiting = """
    await() { for i in $(seq 100); do eval "$1" && return 0; sleep 0.1; done; echo "never: $1"; }
    """

  @Test(arguments: ["TERM", "INT"])
  func `takes files as they arrive, and ends when it is asked to`(signal: String) throws {
    let folder = try TemporaryFolder()
    let script = """
      \(Self.waiting)
      mkdir lake
      groove run lake --watch 1h --metrics-file run.prom 2> said.txt &
      pid=$!
      await 'test -e run.prom'
      groove generate made --rows 300 --days 2 --users 20 --songs 20 --quiet
      mkdir -p lake/incoming && sleep 0.3
      cp -r made/incoming/songs made/incoming/users lake/incoming/
      mkdir lake/incoming/streams && cp made/incoming/streams/*1.csv lake/incoming/streams/
      await '! ls lake/incoming/*/*.csv > /dev/null 2>&1'
      cp made/incoming/streams/*2.csv lake/incoming/streams/
      await '! ls lake/incoming/*/*.csv > /dev/null 2>&1'
      kill -\(signal) $pid
      wait $pid
      echo "status $?"
      groove query 'SELECT count(*) AS plays FROM streams' --lake lake --format csv
      """
    let outcome = try Binary.shell(script, in: folder.path)
    #expect(outcome.output == "status 0\nplays\n300\n", "\(outcome)")
  }

  @Test func `goes on after failures, with growing pauses`() throws {
    let folder = try TemporaryFolder()
    let script = """
      \(Self.waiting)
      groove generate lake --rows 100 --days 1 --users 5 --songs 5 --quiet
      touch lake/curated
      groove run lake --watch 1h 2> said.txt &
      pid=$!
      await 'grep -q "failed 2 times in a row, next try in 2 s" said.txt'
      rm lake/curated
      await 'test -e lake/tables'
      await '! ls lake/incoming/*/*.csv > /dev/null 2>&1'
      kill -TERM $pid
      wait $pid
      echo "status $?"
      """
    let outcome = try Binary.shell(script, in: folder.path)
    #expect(outcome.output == "status 0\n", "\(outcome)")
  }
}
