/// `worker-17` and `worker-18` are both `worker-*`.
package func namePattern(_ name: String) -> String {
  var result = ""
  for character in name {
    if !character.isNumber {
      result.append(character)
    } else if result.last != "*" {
      result.append("*")
    }
  }
  return result
}
