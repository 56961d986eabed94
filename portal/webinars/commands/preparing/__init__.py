"""Setting a webinar up, by noun: who is on stage, who works at the desk, who pays, what is asked and given away."""
