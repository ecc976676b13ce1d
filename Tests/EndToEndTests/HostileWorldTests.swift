import Foundation
import TestSupport
import Testing

/// Disks that are full, paths that are not what they should be, names that nobody expects.
@Suite struct `The built program in a hostile world` {
  /// Mounts small memory as a disk; only root may, and only in some containers.
  static let canMount: Bool = {
    guard let folder = try? TemporaryFolder(),
      let outcome = try? Binary.shell(
        "mkdir m && mount -t tmpfs -o size=1m none m && umount m", in: folder.path)
    else { return false }
    return outcome.status == 0
  }()

  @Test(.enabled(if: canMount, "only where a tmpfs can be mounted"))
  func `says that the disk is full, and leaves nothing half done`() throws {
    let folder = try TemporaryFolder()
    let script = """
      groove generate data --rows 30k --days 5 --users 300 --songs 100 --quiet
      cp -r data calm && groove run calm --quiet
      mkdir disk
      for size in 2700k 2900k 3100k 3300k 3500k 3700k 3900k 4200k 9000k; do
        mount -t tmpfs -o size=$size none disk || exit 9
        cp -r data disk/lake || exit 8
        groove run disk/lake --quiet 2> error
        status=$?
        echo "$size $status" >> seen
        if [ $status = 0 ]; then
          groove verify disk/lake 2>&1 | grep -v sound
        else
          [ $status = 3 ] || echo "$size ended with $status"
          grep -q -e 'No space left' -e 'bytes are free' error || cat error
          mount -o remount,size=20m disk
          groove run disk/lake --quiet || echo "$size: the second run failed"
        fi
        for t in streams genre_metrics hourly_kpis; do
          for lake in calm disk/lake; do
            groove query "SELECT * FROM $t" --lake $lake --format csv | sort | md5sum
          done | uniq | wc -l
        done | sort | uniq -c
        find disk/lake/incoming -name '*.csv'
        umount disk
      done
      grep -q ' 3' seen || cat seen
      grep -q ' 0' seen || cat seen
      """
    let outcome = try Binary.shell(script, in: folder.path)
    let expected = String(repeating: "      3 1\n", count: 9)
    #expect(outcome.status == 0 && outcome.output == expected, "\(outcome)")
  }

  @Test func `takes names as they come, links, and a lake that is itself a link`() throws {
    let folder = try TemporaryFolder()
    let script = """
      groove generate made --rows 400 --days 1 --users 9 --songs 9 --files 4 --quiet
      mkdir -p real/incoming/songs 'real/incoming/streams/a b/ü' outside
      cp made/incoming/songs/songs.csv 'real/incoming/songs/with space, comma "quote".csv'
      cp made/incoming/users/users.csv real/incoming/users.csv
      cp made/incoming/streams/*1.csv 'real/incoming/streams/a b/ü/日本.CSV'
      cp made/incoming/streams/*2.csv "real/incoming/streams/$(printf 'n%.0s' $(seq 200)).csv"
      cp made/incoming/streams/*3.csv outside/x.csv
      ln -s ../../../outside/x.csv real/incoming/streams/linked.csv
      cp made/incoming/streams/*4.csv $'real/incoming/streams/line\\nbreak.csv'
      ln -s nowhere real/incoming/streams/dangling.csv
      ln -s real lake
      groove run lake --quiet; echo "status $?"
      groove query 'SELECT count(*) FROM streams' --lake lake --format csv | tail -n 1
      find real/incoming -type f | wc -l
      test -s outside/x.csv && groove files lake --format csv | grep -c archived
      groove rebuild lake --from archive --quiet; echo "status $?"
      groove run outside/x.csv; echo "status $?"
      """
    let outcome = try Binary.shell(script, in: folder.path)
    #expect(
      outcome.output == "status 0\n400\n0\n6\nstatus 0\nstatus 2\n", "\(outcome)")
    #expect(outcome.error.contains("outside/x.csv is a file"))
  }

  @Test(.enabled(if: canMount, "only where a tmpfs can be mounted"))
  func `changes nothing where it may not write, and still answers`() throws {
    let folder = try TemporaryFolder()
    let script = """
      groove generate disk/lake --rows 300 --days 1 --users 9 --songs 9 --quiet
      mkdir mounted && mount -t tmpfs none mounted && cp -r disk/lake mounted/
      groove run mounted/lake --quiet
      groove generate more --rows 30 --days 1 --users 9 --songs 9 --seed 5 --quiet
      cp more/incoming/streams/*.csv mounted/lake/incoming/streams/
      mount -o remount,ro mounted
      groove run mounted/lake 2> error; echo "status $?"
      grep -c 'Read-only file system' error
      groove query 'SELECT count(*) FROM streams' --lake mounted/lake --format csv | tail -n 1
      groove plan mounted/lake --format csv --quiet | tail -n 1 | cut -d, -f3
      mount -o remount,rw mounted
      groove run mounted/lake --quiet; echo "status $?"
      umount mounted
      """
    let outcome = try Binary.shell(script, in: folder.path)
    #expect(outcome.output == "status 3\n1\n300\ntake\nstatus 0\n", "\(outcome)")
  }
}
