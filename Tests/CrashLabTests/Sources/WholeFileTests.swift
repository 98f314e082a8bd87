import Foundation
import Testing

@testable import CrashLab

/// A file is there whole or not at all, whatever happens while it is written.
@Suite struct WholeFileTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/crashlab-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func contents(of folder: String) throws -> [String: String] {
    var contents: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      contents[name] = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }
    return contents
  }

  @Test func aFileIsReplaced() throws {
    try inFolder { folder in
      for text in ["first", "second, and longer", "3"] {
        try writeWhole(text, to: "\(folder)/report.json")
        #expect(try contents(of: folder) == ["report.json": text])
      }
    }
  }

  /// Under its name nothing is made, written or removed: a whole file is moved there. Who reads
  /// meanwhile reads the old one.
  @Test func theOldFileIsThereUntilTheEnd() throws {
    try inFolder { folder in
      let path = "\(folder)/report.json"
      try writeWhole("old", to: path)
      let old = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      let watch = inotify_init1(Int32(IN_NONBLOCK))
      defer { close(watch) }
      let changes = IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_TO
      #expect(inotify_add_watch(watch, folder, UInt32(changes)) > 0)
      try writeWhole("new", to: path)
      #expect(try events(of: watch, named: "report.json") == [UInt32(IN_MOVED_TO)])
      #expect(try old.readToEnd() == Data("old".utf8))
      #expect(try contents(of: folder) == ["report.json": "new"])
    }
  }

  /// What inotify(7) has told so far of a file.
  private func events(of watch: CInt, named wanted: String) throws -> [UInt32] {
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = read(watch, &bytes, bytes.count)
    try #require(count > 0)
    var events: [UInt32] = []
    var at = 0
    while at < count {
      let event = bytes[at...].withUnsafeBytes { $0.loadUnaligned(as: inotify_event.self) }
      at += MemoryLayout<inotify_event>.size
      let name = bytes[at..<at + Int(event.len)].prefix { $0 != 0 }
      if String(decoding: name, as: UTF8.self) == wanted { events.append(event.mask) }
      at += Int(event.len)
    }
    return events
  }

  @Test func aPipeIsWrittenToAndStays() throws {
    try inFolder { folder in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try writeWhole("words", to: path)
      var bytes = [UInt8](repeating: 0, count: 16)
      #expect(read(reader, &bytes, bytes.count) == 5)
      var status = stat()
      #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }

  @Test func aLinkIsFollowedAndStays() throws {
    try inFolder { folder in
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "\(folder)/target")
      _ = FileManager.default.createFile(atPath: "\(folder)/target", contents: nil)
      try writeWhole("words", to: "\(folder)/link")
      var status = stat()
      #expect(lstat("\(folder)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(try contents(of: folder) == ["link": "words", "target": "words"])
    }
  }
}
