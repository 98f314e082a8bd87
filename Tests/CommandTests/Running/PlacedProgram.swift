import Foundation
import Testing

/// Puts a program's file at a path, over what is there, so that it can be run at once. Another
/// process writes it: while this one holds it open for writing, whatever a neighbouring test forks
/// holds it too, until that has executed its own program, and nothing can execute the file
/// ("Text file busy").
func placeProgram(_ source: String, at path: String, mode: String = "755") throws {
  let placed = try Command(path: "/bin/sh").run([
    "-c", "rm -f \"$2\" && cp \"$1\" \"$2\" && chmod \(mode) \"$2\"", "sh", source, path,
  ])
  try #require(placed.status == 0, "\(placed.errors)")
}

func placeProgram(_ bytes: Data, at path: String) throws {
  let source = "\(path).bytes"
  try bytes.write(to: URL(fileURLWithPath: source))
  defer { try? FileManager.default.removeItem(atPath: source) }
  try placeProgram(source, at: path)
}
