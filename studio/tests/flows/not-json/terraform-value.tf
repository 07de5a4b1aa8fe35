{
  "states" : [],
  "initial_state" : var.first
}
