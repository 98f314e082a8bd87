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
try CrashReporter.install(.init(destination: folder.map { .folder($0) } ?? .standardError))

let tree = Tree(leaves: [1])
switch arguments.count > 1 ? arguments[1] : "" {
case "dispatch":
  DispatchQueue(label: "trees").async { print(tree.depth(0)) }
  sleep(10)
case "task":
  Task.detached { print(tree.depth(0)) }
  sleep(10)
case "main":
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
