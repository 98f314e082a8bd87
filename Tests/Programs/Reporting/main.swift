// A Swift program that has installed the reporter, and overflows a stack where its argument says.
import CrashLabReporter
import Dispatch
import Glibc

struct Tree {
  var leaves: [Int]

  @inline(never) func depth(_ level: Int) -> Int { depth(level + 1) + leaves.count }
}

let arguments = CommandLine.arguments
let folder = arguments.count > 2 ? arguments[2] : nil
if arguments.count > 1, arguments[1] == "closure" {
  try CrashReporter.install(
    .init(
      destination: .closure { report in
        let text = "the closure got \(report.utf8.count) bytes\n\(report)"
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
          guard count > 0 else { break }
          rest = rest.dropFirst(count)
        }
      }))
} else {
  try CrashReporter.install(.init(destination: folder.map { .folder($0) } ?? .standardError))
}

let tree = Tree(leaves: [1])
switch arguments.count > 1 ? arguments[1] : "" {
case "dispatch":
  DispatchQueue(label: "trees").async { print(tree.depth(0)) }
  sleep(10)
case "task":
  Task.detached { print(tree.depth(0)) }
  sleep(10)
case "main", "closure":
  print(tree.depth(0))
case "trap":
  print(tree.leaves[arguments.count])
case "again":
  do throws(CrashReporter.Refusal) { try CrashReporter.install() } catch {
    exit(error == .installedAlready ? 0 : 1)
  }
default:
  break
}
