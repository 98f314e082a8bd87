import CHarness
import CrashLab
import Glibc

let siblingProcess = CrashCase(
  "sibling-process", "Two children: one overflows, the other goes on beating.",
  lesson: """
    SIGSEGV ends one process. The sibling shares only the parent with the one that died.
    """,
  expect: .survives(counters: [
    "signal of the one": 11...11, "beats of the other after": 1...Int.max,
  ])
) { child in
  let shared = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
  guard let shared, shared != MAP_FAILED else { child.giveUp("no memory to share") }
  let beats = shared.assumingMemoryBound(to: Int.self)
  let other = child.fork()
  if other == 0 {
    while true {
      beats.pointee &+= 1
      usleep(100)
    }
  }
  let one = child.fork()
  if one == 0 {
    signal(SIGSEGV, SIG_DFL)
    _ = descend(0)
  }
  var status: Int32 = 0
  waitpid(one, &status, 0)
  let before = Child.opaque(beats.pointee)
  for _ in 0..<100 where Child.opaque(beats.pointee) == before { usleep(1000) }
  child.note("signal of the one", Int(status & 0x7f))
  child.note("beats of the other after", Child.opaque(beats.pointee) - before)
  kill(other, SIGKILL)
  waitpid(other, nil, 0)
}
