// Deaths of a Swift program: `abort_messages WAY`.
import Glibc

class Base {}
class Derived: Base {}

let numbers = [1, 2, 3]
switch CommandLine.arguments[1] {
case "fatal": fatalError("the disk is full")
case "precondition": precondition(numbers.count == 4, "three numbers")
case "cast":
  let base = numbers.count == 3 ? Base() : Derived()
  print(base as! Derived)
case "overflow":
  let largest = Int.max - 3 + numbers.count
  print(largest + numbers.count)
default: abort()
}
