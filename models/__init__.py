"""The networks, in the order in which the page shows them. A new one is a file beside this and a line here."""

from models import cnn, mlp, resnet, rnn
from models.network import Network

NETWORKS: dict[str, Network] = {
    network.key: network
    for network in (
        mlp.NETWORK,
        cnn.NETWORK,
        rnn.NETWORK,
        resnet.NETWORK,
    )
}
