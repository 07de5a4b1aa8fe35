resource "twilio_studio_flow" "ivr" {
  definition = jsonencode({
    states = []
  })
}
