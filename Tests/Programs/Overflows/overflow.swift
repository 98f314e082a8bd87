// Overflows a thread's stack, 64 KiB or as many bytes as its argument says.
import Glibc

@inline(never) func descend(_ level: Int) -> Int {
  let below = level < 0 ? 0 : descend(level + 1)
  return below &* below &+ level  // nothing that a compiler makes a loop of
}

var attributes = pthread_attr_t()
pthread_attr_init(&attributes)
let size = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 64 << 10
pthread_attr_setstacksize(&attributes, size)
var thread = pthread_t()
pthread_create(
  &thread, &attributes, { _ in UnsafeMutableRawPointer(bitPattern: descend(0)) }, nil)
pthread_join(thread, nil)
